// SPDX-License-Identifier: GPL-2.0
/*
 * Options that begin with a dash: their values read, or what is wrong said.
 *
 * In: the letter and the word behind it, from `xip ping` and `xip traceroute`,
 * which keep the options of the tools that they are named after. Out: a number,
 * or a message on stderr and DASH_WRONG.
 */
#include <stdio.h>

#include "dash.h"
#include "out.h"
#include "parse.h"

/**
 * dash_wrong - say what is wrong with an option's value
 * @opt: the option's letter
 * @val: the value
 * @why: the reason
 *
 * Return: DASH_WRONG.
 */
int dash_wrong(char opt, const char *val, const char *why)
{
	fprintf(stderr, "Error: argument \"%s\" of -%c is wrong: %s\n",
		out_clean(val), opt, why);
	return DASH_WRONG;
}

/**
 * dash_unknown - say that there is no such option
 * @opt: the letter
 * @object: whose help tells which there are
 *
 * Return: DASH_WRONG.
 */
int dash_unknown(char opt, const char *object)
{
	char word[2] = { opt };

	fprintf(stderr, "Error: option \"-%c\" is unknown. Try \"xip %s help\".\n",
		*out_clean(word), object);
	return DASH_WRONG;
}

/**
 * dash_no_value - say that an option stands last and wants a value
 * @opt: the letter
 *
 * Return: DASH_WRONG.
 */
int dash_no_value(char opt)
{
	fprintf(stderr, "Error: -%c wants a value.\n", opt);
	return DASH_WRONG;
}

/**
 * dash_number - read a value that is a number
 * @opt: the option's letter
 * @val: the value
 * @min: the least number
 * @max: the greatest
 * @res: result
 *
 * Return: 0, or DASH_WRONG with a message.
 */
int dash_number(char opt, const char *val, __u64 min, __u64 max, __u64 *res)
{
	char why[80];

	if (!parse_u64(val, max, res) && *res >= min)
		return 0;
	snprintf(why, sizeof(why), "a number from %llu to %llu is expected",
		 (unsigned long long)min, (unsigned long long)max);
	return dash_wrong(opt, val, why);
}

/**
 * dash_u32 - the same for a number of 32 bits
 * @opt: the option's letter
 * @val: the value
 * @min: the least number
 * @max: the greatest
 * @res: result
 *
 * Return: 0, or DASH_WRONG with a message.
 */
int dash_u32(char opt, const char *val, __u32 min, __u32 max, __u32 *res)
{
	__u64 v = 0;
	int err = dash_number(opt, val, min, max, &v);

	*res = v;
	return err;
}
