/* SPDX-License-Identifier: GPL-2.0 */
/*
 * __xtrace_point() for callers that must not lose a register by it.
 *
 * In: about in rax, arg in rdx or nothing sensible, point on the stack. Out:
 * rax is anything, all other registers are as they were. Called by
 * xtrace_call() of include/net/xinet/trace.h.
 */
#include <linux/linkage.h>
#include <asm/frame.h>

	.text

SYM_FUNC_START(xtrace_thunk)
	FRAME_BEGIN
	pushq	%rsi
	movl	FRAME_OFFSET+16(%rsp), %esi
	pushq	%rdi
	movq	%rax, %rdi
	pushq	%rcx
	pushq	%rdx
	pushq	%r8
	pushq	%r9
	pushq	%r10
	pushq	%r11
	call	__xtrace_point
	popq	%r11
	popq	%r10
	popq	%r9
	popq	%r8
	popq	%rdx
	popq	%rcx
	popq	%rdi
	popq	%rsi
	FRAME_END
	RET
SYM_FUNC_END(xtrace_thunk)
