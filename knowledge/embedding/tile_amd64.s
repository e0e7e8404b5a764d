#include "textflag.h"

// Products of a block of rows with a panel of columns. The sums stay in
// registers over the whole length: each step takes one line of the panel and
// multiplies it by one number of each row.
//
// DI c, R11 bytes a row of it; SI a, R8 bytes a row; DX b, R9 bytes a line;
// CX lines left; R10 and R12 point at further rows of a.

#define ARGUMENTS \
	MOVQ c+0(FP), DI; \
	MOVQ ldc+8(FP), R11; \
	SHLQ $2, R11; \
	MOVQ a+16(FP), SI; \
	MOVQ lda+24(FP), R8; \
	SHLQ $2, R8; \
	MOVQ b+32(FP), DX; \
	MOVQ ldb+40(FP), R9; \
	SHLQ $2, R9; \
	MOVQ k+48(FP), CX; \
	MOVQ scale+56(FP), AX; \
	MOVQ bias+64(FP), BX

// One row of two registers: times x, added to s and t.
#define ROW16(x, r, s, t) \
	VBROADCASTSS x, r; \
	VFMADD231PS Y12, r, s; \
	VFMADD231PS Y13, r, t

#define STEP4x16(at) \
	VMOVUPS (DX), Y12; \
	VMOVUPS 32(DX), Y13; \
	ADDQ R9, DX; \
	ROW16(at(SI), Y14, Y0, Y1); \
	ROW16(at(SI)(R8*1), Y15, Y2, Y3); \
	ROW16(at(R10), Y14, Y4, Y5); \
	ROW16(at(R10)(R8*1), Y15, Y6, Y7)

#define STORE16(s, t) \
	VFMADD213PS Y14, Y12, s; \
	VFMADD213PS Y15, Y13, t; \
	VMOVUPS s, (DI); \
	VMOVUPS t, 32(DI); \
	ADDQ R11, DI

// func tile4x16(c *float32, ldc int, a *float32, lda int, b *float32, ldb, k int, scale, bias *float32)
TEXT ·tile4x16(SB), NOSPLIT, $0-72
	ARGUMENTS
	LEAQ (SI)(R8*2), R10
	VXORPS Y0, Y0, Y0
	VXORPS Y1, Y1, Y1
	VXORPS Y2, Y2, Y2
	VXORPS Y3, Y3, Y3
	VXORPS Y4, Y4, Y4
	VXORPS Y5, Y5, Y5
	VXORPS Y6, Y6, Y6
	VXORPS Y7, Y7, Y7
	SUBQ $4, CX
	JLT  rest

four:
	STEP4x16(0)
	STEP4x16(4)
	STEP4x16(8)
	STEP4x16(12)
	ADDQ $16, SI
	ADDQ $16, R10
	SUBQ $4, CX
	JGE  four

rest:
	ADDQ $4, CX
	JZ   store

one:
	STEP4x16(0)
	ADDQ $4, SI
	ADDQ $4, R10
	DECQ CX
	JNZ  one

store:
	VMOVUPS (AX), Y12
	VMOVUPS 32(AX), Y13
	VMOVUPS (BX), Y14
	VMOVUPS 32(BX), Y15
	STORE16(Y0, Y1)
	STORE16(Y2, Y3)
	STORE16(Y4, Y5)
	STORE16(Y6, Y7)
	VZEROUPPER
	RET

#define ROW32(x, r, s, t) \
	VBROADCASTSS x, r; \
	VFMADD231PS Z16, r, s; \
	VFMADD231PS Z17, r, t

#define STEP4x32(at) \
	VMOVUPS (DX), Z16; \
	VMOVUPS 64(DX), Z17; \
	ADDQ R9, DX; \
	ROW32(at(SI), Z18, Z0, Z1); \
	ROW32(at(SI)(R8*1), Z19, Z2, Z3); \
	ROW32(at(SI)(R8*2), Z20, Z4, Z5); \
	ROW32(at(R10), Z21, Z6, Z7)

#define STEP8x32(at) \
	STEP4x32(at); \
	ROW32(at(R10)(R8*1), Z22, Z8, Z9); \
	ROW32(at(R10)(R8*2), Z23, Z10, Z11); \
	ROW32(at(R12), Z24, Z12, Z13); \
	ROW32(at(R12)(R8*1), Z25, Z14, Z15)

#define CLEAR32 \
	VPXORD Z0, Z0, Z0; \
	VPXORD Z1, Z1, Z1; \
	VPXORD Z2, Z2, Z2; \
	VPXORD Z3, Z3, Z3; \
	VPXORD Z4, Z4, Z4; \
	VPXORD Z5, Z5, Z5; \
	VPXORD Z6, Z6, Z6; \
	VPXORD Z7, Z7, Z7

#define ENDS32 \
	VMOVUPS (AX), Z16; \
	VMOVUPS 64(AX), Z17; \
	VMOVUPS (BX), Z18; \
	VMOVUPS 64(BX), Z19

#define STORE32(s, t) \
	VFMADD213PS Z18, Z16, s; \
	VFMADD213PS Z19, Z17, t; \
	VMOVUPS s, (DI); \
	VMOVUPS t, 64(DI); \
	ADDQ R11, DI

// func tile4x32(c *float32, ldc int, a *float32, lda int, b *float32, ldb, k int, scale, bias *float32)
TEXT ·tile4x32(SB), NOSPLIT, $0-72
	ARGUMENTS
	LEAQ (R8)(R8*2), R10
	ADDQ SI, R10
	CLEAR32
	SUBQ $4, CX
	JLT  rest

four:
	STEP4x32(0)
	STEP4x32(4)
	STEP4x32(8)
	STEP4x32(12)
	ADDQ $16, SI
	ADDQ $16, R10
	SUBQ $4, CX
	JGE  four

rest:
	ADDQ $4, CX
	JZ   store

one:
	STEP4x32(0)
	ADDQ $4, SI
	ADDQ $4, R10
	DECQ CX
	JNZ  one

store:
	ENDS32
	STORE32(Z0, Z1)
	STORE32(Z2, Z3)
	STORE32(Z4, Z5)
	STORE32(Z6, Z7)
	VZEROUPPER
	RET

// func tile8x32(c *float32, ldc int, a *float32, lda int, b *float32, ldb, k int, scale, bias *float32)
TEXT ·tile8x32(SB), NOSPLIT, $0-72
	ARGUMENTS
	LEAQ (R8)(R8*2), R10
	LEAQ (SI)(R10*2), R12
	ADDQ SI, R10
	CLEAR32
	VPXORD Z8, Z8, Z8
	VPXORD Z9, Z9, Z9
	VPXORD Z10, Z10, Z10
	VPXORD Z11, Z11, Z11
	VPXORD Z12, Z12, Z12
	VPXORD Z13, Z13, Z13
	VPXORD Z14, Z14, Z14
	VPXORD Z15, Z15, Z15
	SUBQ $4, CX
	JLT  rest

four:
	STEP8x32(0)
	STEP8x32(4)
	STEP8x32(8)
	STEP8x32(12)
	ADDQ $16, SI
	ADDQ $16, R10
	ADDQ $16, R12
	SUBQ $4, CX
	JGE  four

rest:
	ADDQ $4, CX
	JZ   store

one:
	STEP8x32(0)
	ADDQ $4, SI
	ADDQ $4, R10
	ADDQ $4, R12
	DECQ CX
	JNZ  one

store:
	ENDS32
	STORE32(Z0, Z1)
	STORE32(Z2, Z3)
	STORE32(Z4, Z5)
	STORE32(Z6, Z7)
	STORE32(Z8, Z9)
	STORE32(Z10, Z11)
	STORE32(Z12, Z13)
	STORE32(Z14, Z15)
	VZEROUPPER
	RET
