/* Mathematics: glibc's functions; none has an argument whose size differs but lround and its kin. */
#ifndef _OFM_CRT_MATH_H
#define _OFM_CRT_MATH_H

#include "_crt.h"

#define HUGE_VAL __builtin_huge_val()
#define INFINITY __builtin_inff()
#define NAN __builtin_nanf("")
#define M_PI 3.14159265358979323846
#define M_E 2.7182818284590452354
#define isnan(x) __builtin_isnan(x)
#define isinf(x) __builtin_isinf(x)
#define isfinite(x) __builtin_isfinite(x)
#define signbit(x) __builtin_signbit(x)
#define _isnan(x) __builtin_isnan(x)
#define _finite(x) __builtin_isfinite(x)

#define _OFM_MATH1(name) double name(double x); float name##f(float x);
#define _OFM_MATH2(name) double name(double x, double y); float name##f(float x, float y);
_CRT_BEGIN
_OFM_MATH1(sin) _OFM_MATH1(cos) _OFM_MATH1(tan) _OFM_MATH1(asin) _OFM_MATH1(acos) _OFM_MATH1(atan)
_OFM_MATH1(sinh) _OFM_MATH1(cosh) _OFM_MATH1(tanh) _OFM_MATH1(exp) _OFM_MATH1(exp2) _OFM_MATH1(log)
_OFM_MATH1(log2) _OFM_MATH1(log10) _OFM_MATH1(sqrt) _OFM_MATH1(cbrt) _OFM_MATH1(ceil) _OFM_MATH1(floor)
_OFM_MATH1(trunc) _OFM_MATH1(round) _OFM_MATH1(fabs)
_OFM_MATH2(pow) _OFM_MATH2(fmod) _OFM_MATH2(atan2) _OFM_MATH2(hypot) _OFM_MATH2(fmin) _OFM_MATH2(fmax)
double modf(double x, double *whole);
double frexp(double x, int *exponent);
double ldexp(double x, int exponent);
__INT64_TYPE__ llround(double x);
_CRT_END
#undef _OFM_MATH1
#undef _OFM_MATH2

#endif
