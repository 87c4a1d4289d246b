"""Mapping <-> bytes, driven by the layout: the Thrift form the PEC prefers and its XML twin."""
