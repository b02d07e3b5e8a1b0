"""Jinja templates as devices write them in discovery, evaluated step by step under a bound.

`language` turns a template's syntax tree, as Jinja2's own parser makes it, into functions;
`functions` and `values` are what a template may call and reach; `numbers`, `times` and `patterns`
are what those do; `limits` counts what it uses. There is no generated code and no Python object
that a template could climb: what is not listed in these modules does not exist for it.
"""
