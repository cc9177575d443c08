// Takes minutes to compile: 900 nested loops, in whose midst 800 variables are used.
#define PARAMETER(n) int a##n,
#define USE(n) "local.get " #n "\ndrop\ni32.const 0\nbr_if " #n "\n"
#define TEN(X, n) X(n##0) X(n##1) X(n##2) X(n##3) X(n##4) X(n##5) X(n##6) X(n##7) X(n##8) X(n##9)
#define HUNDRED(X, n) TEN(X, n##0) TEN(X, n##1) TEN(X, n##2) TEN(X, n##3) TEN(X, n##4) TEN(X, n##5) TEN(X, n##6) TEN(X, n##7) TEN(X, n##8) TEN(X, n##9)
#define EIGHT(X) HUNDRED(X, 1) HUNDRED(X, 2) HUNDRED(X, 3) HUNDRED(X, 4) HUNDRED(X, 5) HUNDRED(X, 6) HUNDRED(X, 7) HUNDRED(X, 8)
__attribute__((export_name("slow"))) void slow(EIGHT(PARAMETER) HUNDRED(PARAMETER, 9) int last) {
  asm volatile(".rept 900\nloop\n.endr\n" EIGHT(USE) ".rept 900\nend_loop\n.endr\n");
}
#include "hostile.h"
