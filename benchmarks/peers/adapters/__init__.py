"""One adapter a file; each with the best settings that its peer documents."""
