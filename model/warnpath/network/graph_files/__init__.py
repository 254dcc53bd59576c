"""Graphs from elsewhere and for elsewhere: GraphML, GML, node-link JSON, CSV and GeoJSON.

Files come from strangers, so each reader is written for that: it bounds what it reads, resolves no entity,
follows no reference, never recurses into nested data, and answers whatever is wrong by file and line.
"""
