#!/usr/bin/env python3
"""Writes case_table.h: the simple case mappings of the Basic Multilingual Plane as two-level tables of deltas.

Like the table of NTFS volumes, only pairs that map back are taken (so the dotless i, the long s, the micro sign and the
title-case digraphs stay themselves), the final sigma being the one exception, and scripts that got case after those
tables were fixed (Georgian, Cherokee) have none."""


def simple_upper(c):
    full = c.upper()
    if len(full) != 1:
        full = c.title()
    return full if len(full) == 1 else c


def caseless(code):
    return 0x10A0 <= code <= 0x10FF or 0x13A0 <= code <= 0x13FF or 0x1C80 <= code <= 0x1CBF or 0xAB70 <= code <= 0xABBF


upper, lower = {}, {}
for code in range(0x10000):
    if 0xD800 <= code <= 0xDFFF or caseless(code):
        continue
    big = ord(simple_upper(chr(code)))
    small = chr(big).lower()
    if big != code and big < 0x10000 and not caseless(big) and (small == chr(code) or code == 0x3C2):
        upper[code] = big
for code, big in upper.items():
    if code != 0x3C2:
        lower[big] = code


def emit(name, table):
    pages, index = [[0] * 256], []
    for page in range(256):
        deltas = [(table.get(page * 256 + i, page * 256 + i) - (page * 256 + i)) & 0xFFFF for i in range(256)]
        if deltas not in pages:
            pages.append(deltas)
        index.append(pages.index(deltas))
    print(f"static const unsigned char {name}_index[256] = {{")
    for i in range(0, 256, 32):
        print("    " + " ".join(f"{x}," for x in index[i:i + 32]))
    print("};\n")
    print(f"static const unsigned short {name}_delta[{len(pages)}][256] = {{")
    for deltas in pages:
        print("    {")
        for i in range(0, 256, 16):
            print("        " + " ".join(f"{x}," for x in deltas[i:i + 16]))
        print("    },")
    print("};\n")


print("/* Made by gen_case.py: what to add (modulo 65536) to a UTF-16 unit to change its case. */\n")
emit("upper", upper)
emit("lower", lower)
