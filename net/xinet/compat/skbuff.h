/* SPDX-License-Identifier: GPL-2.0 */
/* References on page fragments moved to a header of their own. */
#ifndef _XINET_COMPAT_SKBUFF_H
#define _XINET_COMPAT_SKBUFF_H

#include <linux/skbuff.h>
#ifdef XINET_HAVE_SKBUFF_REF_H
#include <linux/skbuff_ref.h>
#endif

#endif /* _XINET_COMPAT_SKBUFF_H */
