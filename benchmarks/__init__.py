"""What `make bench` measures: one module per part. May import anything of the product; nothing imports it.

A part is a module here that has

    NAME: str                                  how it is called on the command line and in the table
    def run(full: bool) -> list[Figure]        `full` asks for the big sizes

and, when it needs no database, `DATABASE = False`, or when FULL=1 shall measure a big database as it is, `GIVEN`: the table by which
that one is known. Every part runs in a process of its own, on a fresh copy of a migrated
database with the reference data, in a folder of its own that is thrown away afterwards. A figure that depends on the
machine stands beside a peer or a bare limit measured in the same run.
"""
