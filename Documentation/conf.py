# SPDX-License-Identifier: GPL-2.0
#
# How Sphinx reads Documentation/networking/xinet; run by scripts/htmldocs, which
# says in KERNEL_SOURCE where the kernel's tree lies: its kernel-doc directive
# and the script behind it are used from there.

import os
import sys

kernel = os.environ["KERNEL_SOURCE"]
sys.path.insert(0, os.path.join(kernel, "Documentation", "sphinx"))

project = "AF_XINET"
author = "the AF_XINET developers"
copyright = author      # Sphinx's name for it
needs_sphinx = "5.0"
extensions = ["kerneldoc"]
root_doc = "index"

kerneldoc_bin = os.path.join(kernel, "scripts", "kernel-doc")
kerneldoc_srctree = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
kerneldoc_verbosity = 1

primary_domain = "c"
highlight_language = "none"
# What kernel-doc leaves of annotations in a prototype, and C does not know.
c_id_attributes = ["__init", "__exit", "__rcu", "__user", "__percpu",
                   "__force", "__read_mostly", "noinline", "__always_inline",
                   "__must_check", "__net_init", "__net_exit"]

# scripts/htmldocs makes these of Documentation/man
manpages_url = "man/{page}.{section}.html"

html_theme = "alabaster"
html_theme_options = {
    "description": "An IPv4-like internet layer beside the kernel's own",
    "fixed_sidebar": True,
    "page_width": "72em",
    "show_relbars": True,
}
html_sidebars = {"**": ["about.html", "navigation.html", "searchbox.html"]}
html_static_path = ["static"]
html_css_files = ["xinet.css"]
html_copy_source = False
html_show_sphinx = False
smartquotes = False
