"""Invoices as the programs of bookkeepers read them (design/invoices.md, For the bookkeeper). Pure."""
