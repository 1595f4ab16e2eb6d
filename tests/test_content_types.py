"""The detector: which content type it finds in what tools print."""

import pytest

from agentcompress.segmenters import default_segmenter

HITS_UNDER_PATHS = "".join(
    f"src/user{n}.ts\n{n + 3}-  const id = {n};\n{n + 4}:  fetchUser(id);\n{n + 5}-  return id;\n\n"
    for n in range(12)
)
CONTAINERS = "CONTAINER ID   IMAGE       CREATED          STATUS          NAMES\n" + "".join(
    f"{n * 7919 + 0xABCDEF012345:012x}   nginx:1.2{n % 9}  {n} minutes ago   Up {n} minutes   web_{n}\n"
    for n in range(10, 20)
)
SERVICES = "NAME      TYPE        CLUSTER-IP    EXTERNAL-IP   PORT(S)    AGE\n" + "".join(
    f"svc-{n}    ClusterIP   10.96.0.{n}    <none>        80{n}/TCP   5d\n" for n in range(10, 20)
)


@pytest.mark.parametrize(
    ("text", "kind"),
    [(HITS_UNDER_PATHS, "Match"), (CONTAINERS, "Table"), (SERVICES, "Table")],
)
def test_what_tools_print_is_known(text: str, kind: str) -> None:
    assert type(default_segmenter().segmenter(text)).__name__ == f"{kind}Segmenter"
