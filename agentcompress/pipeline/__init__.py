"""The stages that the compressor runs, one a file."""
