/* SPDX-License-Identifier: GPL-2.0 */
/* Where a step is made, and where it is explained. */
#ifndef XIP_TRACE_STEPS_H
#define XIP_TRACE_STEPS_H

#include "trace_model.h"

/**
 * struct tr_place - what stands behind a step
 * @kind: what kind of event it is
 * @word: a function, or how the event's text begins; NULL for all others
 * @function: function that the step is about
 * @source: file that has it, from the root of the repository
 * @doc: file that explains it, from there too, and anchor in it
 */
struct tr_place {
	enum tr_kind kind;
	const char *word;
	const char *function;
	const char *source;
	const char *doc;
};

const struct tr_place *tr_place(const struct tr_step *s);

#endif /* XIP_TRACE_STEPS_H */
