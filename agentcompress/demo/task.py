"""What the agent is asked to find out."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One class to investigate; everything else about it is for the agent to find."""

    package: str
    """Where to look, by import name."""
    name: str
    """The class."""
    method: str
    """A method that the class defines."""
    base_method: str
    """A method that its first base class defines."""
    constant: str
    """A module-level constant somewhere in the package."""


FINDINGS = {
    "distribution": "name of the distribution that installs the package",
    "version": "its version",
    "licence": "its licence as its metadata state it",
    "requires_python": "the Python versions it asks for",
    "defined_at": "path:line of the class statement",
    "file_lines": "number of lines of that file",
    "method_line": "line of the method in that file",
    "base": "name of the first base class",
    "base_defined_at": "path:line of the base's class statement",
    "base_method_line": "line of the base's method in its file",
    "constant_at": "path:line where the constant is set",
    "constant_value": "its value as the source has it",
    "confirmed": "what the snippet printed",
}
"""What has to be reported of each class: keys of the answer and what they mean."""

SUBJECTS = (
    Subject(
        package="jinja2",
        name="SandboxedEnvironment",
        method="is_safe_callable",
        base_method="from_string",
        constant="MAX_RANGE",
    ),
    Subject(
        package="pydantic",
        name="RootModel",
        method="model_construct",
        base_method="model_dump_json",
        constant="DEFAULT_REF_TEMPLATE",
    ),
    Subject(
        package="rich",
        name="Progress",
        method="add_task",
        base_method="_repr_mimebundle_",
        constant="JUPYTER_DEFAULT_COLUMNS",
    ),
)

SYSTEM_PROMPT = """\
You are an engineer who audits the Python packages of this environment with tools.
Find every fact with a tool and take none from memory: versions differ. One call at a time;
say in a sentence what you are about to do. Older results may be shortened: lines that are left
out leave a "…". If a fact you need is no longer in sight, look it up once more."""

_TASK = """\
We vendor the classes below and need an audit note on them.

{subjects}

Work through all classes stage by stage: which distribution installs each package; the files of
each package; where the class and its first base class are defined; read the file of the class;
read the file of the base; where the constant is set; the distribution's metadata; a snippet that
prints whether the constant equals the value in the source (True or False).

End with one JSON object in a ```json block: for each class name an object with these keys,
all values as text:
{keys}"""


def task_text(subjects: Sequence[Subject]) -> str:
    """The task as the agent reads it."""
    listed = "\n".join(
        f"- class {s.name} of package {s.package}, its method {s.method}, the method {s.base_method} "
        f"of its first base class, and the constant {s.constant}"
        for s in subjects
    )
    keys = "\n".join(f"- {key}: {meaning}" for key, meaning in FINDINGS.items())
    return _TASK.format(subjects=listed, keys=keys)
