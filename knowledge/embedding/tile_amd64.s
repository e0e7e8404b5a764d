#include "textflag.h"

// Products of a block of rows with a panel of columns. The sums stay in
// registers over the whole length: each step takes one line of the panel and
// multiplies it by one number of each row.
//
// DI c, R11 bytes a row of it; SI a, R8 bytes a row, R10 a further row of it;
// DX b, R9 bytes a line of it; CX lines left; AX the scales.

#define ARGUMENTS(k, scale) \
	MOVQ c+0(FP), DI; \
	MOVQ ldc+8(FP), R11; \
	SHLQ $2, R11; \
	MOVQ a+16(FP), SI; \
	MOVQ lda+24(FP), R8; \
	SHLQ $2, R8; \
	MOVQ b+32(FP), DX; \
	MOVQ ldb+40(FP), R9; \
	SHLQ $2, R9; \
	MOVQ k, CX; \
	MOVQ scale, AX

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

// R12 is the fourth row.
#define STEP6x16(at) \
	STEP4x16(at); \
	ROW16(at(R12)(R8*1), Y14, Y8, Y9); \
	ROW16(at(R12)(R8*2), Y15, Y10, Y11)

#define STORE16(s, t) \
	VFMADD213PS (DI), Y12, s; \
	VFMADD213PS 32(DI), Y13, t; \
	VMOVUPS s, (DI); \
	VMOVUPS t, 32(DI); \
	ADDQ R11, DI

// func tile4x16(c *float32, ldc int, a *float32, lda int, b *float32, ldb, k int, scale *float32)
TEXT ·tile4x16(SB), NOSPLIT, $0-64
	ARGUMENTS(k+48(FP), scale+56(FP))
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
	STORE16(Y0, Y1)
	STORE16(Y2, Y3)
	STORE16(Y4, Y5)
	STORE16(Y6, Y7)
	VZEROUPPER
	RET

// func tile6x16(c *float32, ldc int, a *float32, lda int, b *float32, ldb, k int, scale *float32)
TEXT ·tile6x16(SB), NOSPLIT, $0-64
	ARGUMENTS(k+48(FP), scale+56(FP))
	LEAQ (SI)(R8*2), R10
	LEAQ (R10)(R8*1), R12
	VXORPS Y0, Y0, Y0
	VXORPS Y1, Y1, Y1
	VXORPS Y2, Y2, Y2
	VXORPS Y3, Y3, Y3
	VXORPS Y4, Y4, Y4
	VXORPS Y5, Y5, Y5
	VXORPS Y6, Y6, Y6
	VXORPS Y7, Y7, Y7
	VXORPS Y8, Y8, Y8
	VXORPS Y9, Y9, Y9
	VXORPS Y10, Y10, Y10
	VXORPS Y11, Y11, Y11
	SUBQ $4, CX
	JLT  rest

four:
	STEP6x16(0)
	STEP6x16(4)
	STEP6x16(8)
	STEP6x16(12)
	ADDQ $16, SI
	ADDQ $16, R10
	ADDQ $16, R12
	SUBQ $4, CX
	JGE  four

rest:
	ADDQ $4, CX
	JZ   store

one:
	STEP6x16(0)
	ADDQ $4, SI
	ADDQ $4, R10
	ADDQ $4, R12
	DECQ CX
	JNZ  one

store:
	VMOVUPS (AX), Y12
	VMOVUPS 32(AX), Y13
	STORE16(Y0, Y1)
	STORE16(Y2, Y3)
	STORE16(Y4, Y5)
	STORE16(Y6, Y7)
	STORE16(Y8, Y9)
	STORE16(Y10, Y11)
	VZEROUPPER
	RET

// One row of four registers: times x, added to s, t, u and v.
#define ROW64(x, r, s, t, u, v) \
	VBROADCASTSS x, r; \
	VFMADD231PS Z24, r, s; \
	VFMADD231PS Z25, r, t; \
	VFMADD231PS Z26, r, u; \
	VFMADD231PS Z27, r, v

// R13 is the way from one panel to the next, R12 a line of the fourth.
#define STEP4x64(at) \
	VMOVUPS (DX), Z24; \
	VMOVUPS (DX)(R13*1), Z25; \
	VMOVUPS (DX)(R13*2), Z26; \
	VMOVUPS (R12), Z27; \
	ADDQ R9, DX; \
	ADDQ R9, R12; \
	ROW64(at(SI), Z28, Z0, Z1, Z2, Z3); \
	ROW64(at(SI)(R8*1), Z29, Z4, Z5, Z6, Z7); \
	ROW64(at(SI)(R8*2), Z30, Z8, Z9, Z10, Z11); \
	ROW64(at(R10), Z31, Z12, Z13, Z14, Z15)

#define STEP6x64(at) \
	STEP4x64(at); \
	ROW64(at(R10)(R8*1), Z28, Z16, Z17, Z18, Z19); \
	ROW64(at(R10)(R8*2), Z29, Z20, Z21, Z22, Z23)

#define CLEAR4x64 \
	VPXORD Z0, Z0, Z0; \
	VPXORD Z1, Z1, Z1; \
	VPXORD Z2, Z2, Z2; \
	VPXORD Z3, Z3, Z3; \
	VPXORD Z4, Z4, Z4; \
	VPXORD Z5, Z5, Z5; \
	VPXORD Z6, Z6, Z6; \
	VPXORD Z7, Z7, Z7; \
	VPXORD Z8, Z8, Z8; \
	VPXORD Z9, Z9, Z9; \
	VPXORD Z10, Z10, Z10; \
	VPXORD Z11, Z11, Z11; \
	VPXORD Z12, Z12, Z12; \
	VPXORD Z13, Z13, Z13; \
	VPXORD Z14, Z14, Z14; \
	VPXORD Z15, Z15, Z15

#define ENDS64 \
	VMOVUPS (AX), Z24; \
	VMOVUPS 64(AX), Z25; \
	VMOVUPS 128(AX), Z26; \
	VMOVUPS 192(AX), Z27

#define STORE64(s, t, u, v) \
	VFMADD213PS (DI), Z24, s; \
	VFMADD213PS 64(DI), Z25, t; \
	VFMADD213PS 128(DI), Z26, u; \
	VFMADD213PS 192(DI), Z27, v; \
	VMOVUPS s, (DI); \
	VMOVUPS t, 64(DI); \
	VMOVUPS u, 128(DI); \
	VMOVUPS v, 192(DI); \
	ADDQ R11, DI

// func tile4x64(c *float32, ldc int, a *float32, lda int, b *float32, ldb, next, k int, scale *float32)
TEXT ·tile4x64(SB), NOSPLIT, $0-72
	ARGUMENTS(k+56(FP), scale+64(FP))
	MOVQ next+48(FP), R13
	SHLQ $2, R13
	LEAQ (R8)(R8*2), R10
	ADDQ SI, R10
	LEAQ (R13)(R13*2), R12
	ADDQ DX, R12
	CLEAR4x64
	SUBQ $4, CX
	JLT  rest

four:
	STEP4x64(0)
	STEP4x64(4)
	STEP4x64(8)
	STEP4x64(12)
	ADDQ $16, SI
	ADDQ $16, R10
	SUBQ $4, CX
	JGE  four

rest:
	ADDQ $4, CX
	JZ   store

one:
	STEP4x64(0)
	ADDQ $4, SI
	ADDQ $4, R10
	DECQ CX
	JNZ  one

store:
	ENDS64
	STORE64(Z0, Z1, Z2, Z3)
	STORE64(Z4, Z5, Z6, Z7)
	STORE64(Z8, Z9, Z10, Z11)
	STORE64(Z12, Z13, Z14, Z15)
	VZEROUPPER
	RET

// func tile6x64(c *float32, ldc int, a *float32, lda int, b *float32, ldb, next, k int, scale *float32)
TEXT ·tile6x64(SB), NOSPLIT, $0-72
	ARGUMENTS(k+56(FP), scale+64(FP))
	MOVQ next+48(FP), R13
	SHLQ $2, R13
	LEAQ (R8)(R8*2), R10
	ADDQ SI, R10
	LEAQ (R13)(R13*2), R12
	ADDQ DX, R12
	CLEAR4x64
	VPXORD Z16, Z16, Z16
	VPXORD Z17, Z17, Z17
	VPXORD Z18, Z18, Z18
	VPXORD Z19, Z19, Z19
	VPXORD Z20, Z20, Z20
	VPXORD Z21, Z21, Z21
	VPXORD Z22, Z22, Z22
	VPXORD Z23, Z23, Z23
	SUBQ $4, CX
	JLT  rest

four:
	STEP6x64(0)
	STEP6x64(4)
	STEP6x64(8)
	STEP6x64(12)
	ADDQ $16, SI
	ADDQ $16, R10
	SUBQ $4, CX
	JGE  four

rest:
	ADDQ $4, CX
	JZ   store

one:
	STEP6x64(0)
	ADDQ $4, SI
	ADDQ $4, R10
	DECQ CX
	JNZ  one

store:
	ENDS64
	STORE64(Z0, Z1, Z2, Z3)
	STORE64(Z4, Z5, Z6, Z7)
	STORE64(Z8, Z9, Z10, Z11)
	STORE64(Z12, Z13, Z14, Z15)
	STORE64(Z16, Z17, Z18, Z19)
	STORE64(Z20, Z21, Z22, Z23)
	VZEROUPPER
	RET
