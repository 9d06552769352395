/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SHA-256 of ranges of memory, on a Cortex-M3 or above (FIPS 180-4, 6.2): what a debugger loads
 * into RAM to learn what flash holds. Position independent, needs no data of its own.
 *
 *   in:  r0 = ranges {address, bytes}, r1 = how many, r2 = where the digests go, 32 bytes each
 *        (first word the most significant, each word in the core's order); sp = top of a stack
 *   out: ends at the BKPT in its last word, r0 = 0; begins at its first byte
 *
 * Loads and stores go in pairs, and each round takes 18 instructions.
 */
	.syntax unified
	.cpu cortex-m3
	.thumb
	.text

	.equ	W, 0			@ the message schedule, 16 words, and its first word once more
	.equ	KEPT, 72		@ a to h, while the schedule is worked on
	.equ	STATE, 104		@ the hash value
	.equ	BLOCK, 136		@ a block that is gathered byte by byte
	.equ	FRAME, 200

	b.w	entry

/* One round, to whose h its w and k were added; ab becomes the next one's bc. */
	.macro	ROUND a, b, c, d, e, f, g, h, ab, bc
	eor	r0, \f, \g
	and	r0, r0, \e
	eor	r0, r0, \g
	add	\h, \h, r0
	eor	r0, \e, \e, ror #14
	eor	r0, \e, r0, ror #5
	add	\h, \h, r0, ror #6
	add	\d, \d, \h
	eor	\ab, \a, \b
	and	\bc, \bc, \ab
	eor	\bc, \bc, \b
	add	\h, \h, \bc
	eor	r0, \a, \a, ror #9
	eor	r0, \a, r0, ror #11
	add	\h, \h, r0, ror #2
	.endm

	.macro	TWO i, a, b, c, d, e, f, g, h
	ldrd	r0, r1, [sp, #(W + 4 * \i)]
	ldrd	r2, r3, [r12], #8
	add	\h, \h, r0
	add	\h, \h, r2
	add	r1, r1, r3
	ROUND	\a, \b, \c, \d, \e, \f, \g, \h, r3, lr
	add	\g, \g, r1
	ROUND	\h, \a, \b, \c, \d, \e, \f, \g, lr, r3
	.endm

/* w = w + s0(following) + w9 + s1(the one two before) */
	.macro	WORD w, following, w9, before
	eor	r9, \following, \following, ror #11
	lsr	lr, \following, #3
	eor	r9, lr, r9, ror #7
	add	\w, \w, r9
	add	\w, \w, \w9
	eor	r9, \before, \before, ror #2
	lsr	lr, \before, #10
	eor	r9, lr, r9, ror #17
	add	\w, \w, r9
	.endm

	.macro	FOUR i, j, x0, x1, x2, x3, t0, t1
	ldrd	\x0, \x1, [sp, #(W + 4 * \i)]
	ldrd	\x2, \x3, [sp, #(W + 4 * \i + 8)]
	ldr	r4, [sp, #(W + 4 * \i + 16)]
	ldrd	r5, r6, [sp, #(W + 4 * \j)]
	ldrd	r7, r8, [sp, #(W + 4 * \j + 8)]
	WORD	\x0, \x1, r5, \t0
	WORD	\x1, \x2, r6, \t1
	WORD	\x2, \x3, r7, \x0
	WORD	\x3, r4, r8, \x1
	strd	\x0, \x1, [sp, #(W + 4 * \i)]
	strd	\x2, \x3, [sp, #(W + 4 * \i + 8)]
	.endm

block:	@ the 64 bytes at r0, which is a multiple of 4; keeps r6 to r8
	push	{r6, r7, r8, lr}
	.equ	SAVED, 16
	sub	sp, #KEPT + 32
	.equ	HASH, KEPT + 32 + SAVED + ARGUMENTS + STATE
	add	r12, sp, #W
	.rept	8
	ldrd	r1, r2, [r0], #8
	rev	r1, r1
	rev	r2, r2
	strd	r1, r2, [r12], #8
	.endr
	add	r0, sp, #HASH
	ldmia	r0, {r4, r5, r6, r7, r8, r9, r10, r11}
	adr	r12, constants
1:
	eor	lr, r5, r6
	TWO	0, r4, r5, r6, r7, r8, r9, r10, r11
	TWO	2, r10, r11, r4, r5, r6, r7, r8, r9
	TWO	4, r8, r9, r10, r11, r4, r5, r6, r7
	TWO	6, r6, r7, r8, r9, r10, r11, r4, r5
	TWO	8, r4, r5, r6, r7, r8, r9, r10, r11
	TWO	10, r10, r11, r4, r5, r6, r7, r8, r9
	TWO	12, r8, r9, r10, r11, r4, r5, r6, r7
	TWO	14, r6, r7, r8, r9, r10, r11, r4, r5
	ldr	r0, [r12]
	cmp	r0, #0			@ what follows the constants, and none of them is
	beq	2f
	add	r0, sp, #KEPT
	stmia	r0, {r4, r5, r6, r7, r8, r9, r10, r11}
	ldrd	r10, r11, [sp, #(W + 56)]
	FOUR	0, 9, r0, r1, r2, r3, r10, r11
	str	r0, [sp, #(W + 64)]
	FOUR	4, 13, r10, r11, r0, r1, r2, r3
	FOUR	8, 1, r2, r3, r10, r11, r0, r1
	FOUR	12, 5, r0, r1, r2, r3, r10, r11
	add	r0, sp, #KEPT
	ldmia	r0, {r4, r5, r6, r7, r8, r9, r10, r11}
	b	1b
2:
	add	r0, sp, #HASH
	ldmia	r0, {r1, r2, r3, lr}
	add	r4, r4, r1
	add	r5, r5, r2
	add	r6, r6, r3
	add	r7, r7, lr
	stmia	r0!, {r4, r5, r6, r7}
	ldmia	r0, {r1, r2, r3, lr}
	add	r8, r8, r1
	add	r9, r9, r2
	add	r10, r10, r3
	add	r11, r11, lr
	stmia	r0, {r8, r9, r10, r11}
	add	sp, #KEPT + 32
	pop	{r6, r7, r8, pc}

	.balign	4
initial:
	.word	0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a
	.word	0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19
constants:
	.word	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5
	.word	0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5
	.word	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3
	.word	0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174
	.word	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc
	.word	0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da
	.word	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7
	.word	0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967
	.word	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13
	.word	0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85
	.word	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3
	.word	0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070
	.word	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5
	.word	0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3
	.word	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208
	.word	0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2
	.word	0

entry:
	sub	sp, #FRAME
	push	{r0, r1, r2}		@ ranges, count, digests: above them the frame
	.equ	RANGES, 0
	.equ	COUNT, 4
	.equ	DIGESTS, 8
	.equ	ARGUMENTS, 12
next_range:
	ldr	r1, [sp, #COUNT]
	cmp	r1, #0
	beq	done
	subs	r1, #1
	str	r1, [sp, #COUNT]
	ldr	r0, [sp, #RANGES]
	ldmia	r0!, {r6, r7}		@ address, bytes
	str	r0, [sp, #RANGES]
	mov	r8, r7			@ the length, for the end
	adr	r0, initial
	add	r9, sp, #(ARGUMENTS + STATE)
	ldmia	r0!, {r1, r2, r3, r4}
	stmia	r9!, {r1, r2, r3, r4}
	ldmia	r0!, {r1, r2, r3, r4}
	stmia	r9!, {r1, r2, r3, r4}
whole:	@ blocks as they lie there, where that is at a word
	cmp	r7, #64
	blo	rest
	tst	r6, #3
	bne	unaligned
	mov	r0, r6
	bl	block
	adds	r6, #64
	subs	r7, #64
	b	whole
unaligned:
	movs	r3, #64
	bl	gather
	bl	block
	subs	r7, #64
	b	whole
rest:	@ what is left, a one, zeros, and the length in bits
	mov	r3, r7
	bl	gather
	movs	r2, #0x80
	strb	r2, [r0, r7]
	adds	r7, #1
	cmp	r7, #56
	bls	pad
	movs	r3, #64
	bl	zeros
	bl	block
	movs	r7, #0
	add	r0, sp, #(ARGUMENTS + BLOCK)
pad:
	movs	r3, #56
	bl	zeros
	lsr	r2, r8, #29
	rev	r2, r2
	str	r2, [r0, #56]
	lsl	r2, r8, #3
	rev	r2, r2
	str	r2, [r0, #60]
	bl	block
	ldr	r0, [sp, #DIGESTS]
	add	r9, sp, #(ARGUMENTS + STATE)
	ldmia	r9!, {r1, r2, r3, r4}
	stmia	r0!, {r1, r2, r3, r4}
	ldmia	r9!, {r1, r2, r3, r4}
	stmia	r0!, {r1, r2, r3, r4}
	str	r0, [sp, #DIGESTS]
	b	next_range
done:
	add	sp, #(FRAME + ARGUMENTS)
	movs	r0, #0
	b	stop

gather:	@ r3 bytes at r6, which moves on, to the block; r0 = the block
	add	r0, sp, #(ARGUMENTS + BLOCK)
	movs	r1, #0
1:	cmp	r1, r3
	bhs	2f
	ldrb	r2, [r6], #1
	strb	r2, [r0, r1]
	adds	r1, #1
	b	1b
2:	bx	lr

zeros:	@ from byte r7 up to byte r3 of the block at r0
	movs	r2, #0
1:	cmp	r7, r3
	bhs	2f
	strb	r2, [r0, r7]
	adds	r7, #1
	b	1b
2:	bx	lr

	.balign	4
stop:
	bkpt	#0
	nop
