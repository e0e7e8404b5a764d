#include "textflag.h"

// The curves of functions.go, eight numbers at a time, and the widening of
// the weights. The coefficients are those of erfCurve and powerCurve.

DATA one<>+0(SB)/4, $0x3f800000
GLOBL one<>(SB), RODATA|NOPTR, $4
DATA half<>+0(SB)/4, $0x3f000000
GLOBL half<>(SB), RODATA|NOPTR, $4
DATA rootHalf<>+0(SB)/4, $0x3f3504f3 // 1/√2
GLOBL rootHalf<>(SB), RODATA|NOPTR, $4
DATA end<>+0(SB)/4, $0x40800000 // 4
GLOBL end<>(SB), RODATA|NOPTR, $4
DATA log2e<>+0(SB)/4, $0x3fb8aa3b // 1/ln 2
GLOBL log2e<>(SB), RODATA|NOPTR, $4
DATA lowest<>+0(SB)/4, $0xc2fc0000 // -126
GLOBL lowest<>(SB), RODATA|NOPTR, $4
DATA size<>+0(SB)/4, $0x7fffffff // all but the sign
GLOBL size<>(SB), RODATA|NOPTR, $4

// y = y·x + coefficient
#define HORNER(curve, at, x, y) \
	VBROADCASTSS curve+at(SB), Y15; \
	VFMADD213PS Y15, x, y

// Y0 = 2^Y0; Y7 must hold -126, Y8 one. Uses Y1, Y2, Y15. The whole part of
// the power is added to the exponent in the bits of one.
#define POWER \
	VMAXPS Y7, Y0, Y0; \
	VROUNDPS $0, Y0, Y1; \
	VSUBPS Y1, Y0, Y0; \
	VBROADCASTSS ·powerCurve+24(SB), Y2; \
	HORNER(·powerCurve, 20, Y0, Y2); \
	HORNER(·powerCurve, 16, Y0, Y2); \
	HORNER(·powerCurve, 12, Y0, Y2); \
	HORNER(·powerCurve, 8, Y0, Y2); \
	HORNER(·powerCurve, 4, Y0, Y2); \
	HORNER(·powerCurve, 0, Y0, Y2); \
	VCVTPS2DQ Y1, Y1; \
	VPSLLD $23, Y1, Y1; \
	VPADDD Y8, Y1, Y1; \
	VMULPS Y1, Y2, Y0

// func widen(out *float32, bytes *byte, n int)
TEXT ·widen(SB), NOSPLIT, $0-24
	MOVQ out+0(FP), DI
	MOVQ bytes+8(FP), SI
	MOVQ n+16(FP), CX
	SUBQ $32, CX
	JLT  rest

four:
	PREFETCHT0 8192(SI) // the block that comes next in the file
	VPMOVSXBD (SI), Y0
	VPMOVSXBD 8(SI), Y1
	VPMOVSXBD 16(SI), Y2
	VPMOVSXBD 24(SI), Y3
	VCVTDQ2PS Y0, Y0
	VCVTDQ2PS Y1, Y1
	VCVTDQ2PS Y2, Y2
	VCVTDQ2PS Y3, Y3
	VMOVUPS Y0, (DI)
	VMOVUPS Y1, 32(DI)
	VMOVUPS Y2, 64(DI)
	VMOVUPS Y3, 96(DI)
	ADDQ $32, SI
	ADDQ $128, DI
	SUBQ $32, CX
	JGE  four

rest:
	ADDQ $32, CX
	JZ   done

one:
	VPMOVSXBD (SI), Y0
	VCVTDQ2PS Y0, Y0
	VMOVUPS Y0, (DI)
	ADDQ $8, SI
	ADDQ $32, DI
	SUBQ $8, CX
	JNZ  one

done:
	VZEROUPPER
	RET

// func gelu(x *float32, n int)
TEXT ·gelu(SB), NOSPLIT, $0-16
	MOVQ x+0(FP), DI
	MOVQ n+8(FP), CX
	VBROADCASTSS lowest<>(SB), Y7
	VBROADCASTSS one<>(SB), Y8
	VBROADCASTSS half<>(SB), Y9
	VBROADCASTSS rootHalf<>(SB), Y10
	VBROADCASTSS end<>(SB), Y11
	VBROADCASTSS size<>(SB), Y12
	VXORPS Y13, Y13, Y13

next:
	VMOVUPS (DI), Y3
	VANDPS Y12, Y3, Y4 // |x|
	VMULPS Y10, Y4, Y5
	VMINPS Y11, Y5, Y5 // u
	VBROADCASTSS ·erfCurve+32(SB), Y6
	HORNER(·erfCurve, 28, Y5, Y6)
	HORNER(·erfCurve, 24, Y5, Y6)
	HORNER(·erfCurve, 20, Y5, Y6)
	HORNER(·erfCurve, 16, Y5, Y6)
	HORNER(·erfCurve, 12, Y5, Y6)
	HORNER(·erfCurve, 8, Y5, Y6)
	HORNER(·erfCurve, 4, Y5, Y6)
	HORNER(·erfCurve, 0, Y5, Y6)
	VMULPS Y5, Y6, Y6
	VSUBPS Y6, Y13, Y0
	POWER
	VMULPS Y9, Y4, Y4
	VMAXPS Y13, Y3, Y3
	VFNMADD231PS Y0, Y4, Y3
	VMOVUPS Y3, (DI)
	ADDQ $32, DI
	SUBQ $8, CX
	JNZ  next
	VZEROUPPER
	RET

// func softmax(x *float32, n int, scale float32)
TEXT ·softmax(SB), NOSPLIT, $0-20
	MOVQ x+0(FP), DI
	MOVQ n+8(FP), CX
	VMOVUPS (DI), Y3
	MOVQ DI, SI
	MOVQ CX, DX

greatest:
	VMAXPS (SI), Y3, Y3
	ADDQ $32, SI
	SUBQ $8, DX
	JNZ  greatest

	VPERM2F128 $1, Y3, Y3, Y4
	VMAXPS Y4, Y3, Y3
	VPERMILPS $0x4e, Y3, Y4
	VMAXPS Y4, Y3, Y3
	VPERMILPS $0xb1, Y3, Y4
	VMAXPS Y4, Y3, Y3 // the greatest, eight times

	VBROADCASTSS scale+16(FP), Y4
	VBROADCASTSS log2e<>(SB), Y5
	VMULPS Y5, Y4, Y4
	VBROADCASTSS lowest<>(SB), Y7
	VBROADCASTSS one<>(SB), Y8
	VXORPS Y6, Y6, Y6
	MOVQ DI, SI
	MOVQ CX, DX

raise:
	VMOVUPS (SI), Y0
	VSUBPS Y3, Y0, Y0
	VMULPS Y4, Y0, Y0
	POWER
	VADDPS Y0, Y6, Y6
	VMOVUPS Y0, (SI)
	ADDQ $32, SI
	SUBQ $8, DX
	JNZ  raise

	VPERM2F128 $1, Y6, Y6, Y4
	VADDPS Y4, Y6, Y6
	VPERMILPS $0x4e, Y6, Y4
	VADDPS Y4, Y6, Y6
	VPERMILPS $0xb1, Y6, Y4
	VADDPS Y4, Y6, Y6
	VDIVPS Y6, Y8, Y6

divide:
	VMULPS (DI), Y6, Y0
	VMOVUPS Y0, (DI)
	ADDQ $32, DI
	SUBQ $8, CX
	JNZ  divide
	VZEROUPPER
	RET
