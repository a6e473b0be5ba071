#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""
check_svg.py FILE TEXT…: fails unless the file is a well-formed picture, each
TEXT stands somewhere in it as text, not as curves, and its links lead to files
that are there.
"""

import os
import sys
import xml.etree.ElementTree as tree

SVG = '{http://www.w3.org/2000/svg}'


def main():
    """Compare, and say what is missing."""
    path, *wanted = sys.argv[1:]
    try:
        root = tree.parse(path).getroot()
    except (OSError, tree.ParseError) as error:
        sys.exit(f'{path}: {error}')
    if root.tag != SVG + 'svg' or not root.get('viewBox'):
        sys.exit(f'{path}: no SVG that scales')
    texts = '\n'.join(''.join(text.itertext()) for text in root.iter(SVG + 'text'))
    lack = [text for text in wanted if text not in texts]
    if lack:
        sys.exit(f'{path}: no text {lack}')
    there = os.path.dirname(os.path.abspath(path))
    links = {link.get('href', '').partition('#')[0] for link in root.iter(SVG + 'a')}
    dead = [link for link in sorted(links)
            if link and not os.path.isfile(os.path.join(there, link))]
    if dead:
        sys.exit(f'{path}: links to {dead}')


if __name__ == '__main__':
    main()
