"""A graph file of any of the formats, by its ending or by how it begins."""

from __future__ import annotations

from pathlib import Path

from warnpath.network.graph_files.edge_lists import read_edge_list
from warnpath.network.graph_files.gml import read_gml
from warnpath.network.graph_files.graphml import read_graphml
from warnpath.network.graph_files.node_link import read_node_link
from warnpath.network.graph_files.raw import RawGraph, decode, read_bytes, refuse

FORMATS = ("graphml", "gml", "json", "csv")
SUFFIXES = {
    ".graphml": "graphml",
    ".xml": "graphml",
    ".gml": "gml",
    ".json": "json",
    ".csv": "csv",
    ".tsv": "csv",
}
PACKED = {b"\x1f\x8b": "gzip", b"PK": "zip", b"BZ": "bzip2", b"\xfd7": "xz"}


def read_graph(path: Path, form: str | None = None, nodes: Path | None = None) -> RawGraph:
    """Read a graph.

    Parameters
    ----------
    path : Path
        File in GraphML, GML, node-link JSON, or a CSV table of edges.
    form : str, optional
        One of `FORMATS`; by default told by the file's ending or, for others, its beginning.
    nodes : Path, optional
        CSV table of the nodes, beside a table of edges.

    Returns
    -------
    RawGraph
        Nodes, edges and attributes as in the file.

    Raises
    ------
    ScenarioError
        The file cannot be read as a graph: why, and in which line.
    """
    file = str(path)
    data = read_bytes(path)
    for sign, name in PACKED.items():
        if data.startswith(sign):
            refuse(file, f"is packed with {name}", "the unpacked file")
    chosen = form or SUFFIXES.get(path.suffix.lower()) or _by_content(data)
    if chosen not in FORMATS:
        refuse(file, f"is of no format known here ({form or path.suffix or 'no ending'})", ", ".join(FORMATS))
    if nodes is not None and chosen != "csv":
        refuse(str(nodes), f"is a table of nodes beside {file}, which is {chosen}", "a CSV table of edges")
    if chosen == "graphml":
        return read_graphml(file, data)
    if chosen == "gml":
        return read_gml(file, _text(data))
    text = decode(file, data)
    if chosen == "json":
        return read_node_link(file, text)
    beside = None if nodes is None else (str(nodes), decode(str(nodes), read_bytes(nodes)))
    return read_edge_list(file, text, beside)


def _by_content(data: bytes) -> str:
    begin = data.removeprefix(b"\xef\xbb\xbf").lstrip()[:200].lower()
    if begin.startswith(b"<"):
        return "graphml"
    if begin.startswith(b"{"):
        return "json"
    return "gml" if (b"graph" in begin and b"[" in begin) or begin.startswith((b"creator", b"#")) else ""


def _text(data: bytes) -> str:
    """Text of a GML file: the format is older than UTF-8, and Latin-1 reads anything."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")
