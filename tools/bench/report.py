#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""report.py RAW JSON: the table of the benchmark, from what rows.sh, scale.sh and
lpm_race said."""

import json
import sys


def read(path):
    """The kernel, its security modules, the race; the rows in their order."""
    about, rows = {}, {}
    with open(path, encoding='ascii') as raw:
        for line in raw:
            word = line.split()
            if word[0] == 'row':
                name, size, column, median = word[1:5]
                rows.setdefault((name, int(size)), {})[column] = int(median)
            elif word[0] == 'scale':
                name, unit, column, value = word[1:5]
                cell = rows.setdefault((name, 0), {'unit': unit})
                cell[column] = int(value)
            elif word[0] == 'race':
                about['race'] = line[5:].strip()
            else:
                about[word[0]] = word[1]
    return about, rows


def table(rows):
    """One line a row; the ratio is what the family is measured by."""
    head = ('row', 'bytes', 'floor', 'ipv4', 'xinet', 'xinet/ipv4', 'unit')
    lines = [head]
    for (name, size), cell in rows.items():
        ratio = '-'
        if 'ipv4' in cell and 'xinet' in cell:
            ratio = f"{cell['xinet'] / cell['ipv4']:.3f}"
        lines.append((name, str(size), *(f'{cell[c]:,}' if c in cell else '-'
                                         for c in head[2:5]), ratio,
                      cell.get('unit', 'instructions')))
    width = [max(len(line[i]) for line in lines) for i in range(len(head))]
    for line in lines:
        yield '  '.join([line[0].ljust(width[0])] +
                        [c.rjust(w) for c, w in zip(line[1:], width[1:])])


def as_json(key, cell):
    """A row as others read it."""
    row = {'row': key[0], 'bytes': key[1]}
    for column in ('floor', 'ipv4', 'xinet'):
        row[column] = cell.get(column)
    if 'unit' in cell:
        row['unit'] = cell['unit']
    return row


def main():
    """Print the table and leave the JSON beside it."""
    about, rows = read(sys.argv[1])
    # In the order that they came in, the sizes of one together.
    order = list(dict.fromkeys(name for name, _ in rows))
    rows = dict(sorted(rows.items(), key=lambda r: (not r[0][1],
                                                    order.index(r[0][0]),
                                                    r[0][1])))
    print('Instructions per datagram, send through receive; median of 2,000')
    print(f"Linux {about['kernel']}, LSM {about['lsm']}\n")
    print('\n'.join(table(rows)))
    if 'race' in about:
        print(f"\nPrefix tables: {about['race']}")
    with open(sys.argv[2], 'w', encoding='ascii') as out:
        json.dump({**about, 'rows': [as_json(*row) for row in rows.items()]},
                  out, indent=1)
        out.write('\n')


if __name__ == '__main__':
    main()
