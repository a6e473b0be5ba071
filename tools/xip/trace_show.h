/* SPDX-License-Identifier: GPL-2.0 */
/* Journeys as text and JSON. */
#ifndef XIP_TRACE_SHOW_H
#define XIP_TRACE_SHOW_H

struct tr_journey;

void tr_print(const struct tr_journey *j);

#endif /* XIP_TRACE_SHOW_H */
