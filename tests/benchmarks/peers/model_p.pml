/* Model P for SPIN: spin -DN=7 -a model_p.pml, N from 3 to 9. Pid 0 is init.
 *
 * Every action is one d_step, so it is one transition of one process. The invariants
 * are one C function, evaluated once in every distinct state as the guard of an option
 * that is never taken while they hold. */
#ifndef N
#define N 5
#endif

#define FREE    0
#define RUNNING 1
#define ZOMBIE  2

byte status[N] = { 1, 0 };
byte parent[N];
byte subreaper[N];
byte code[N];
hidden byte child, heir;

c_code {
  static int broken(void)
  { int p, q, steps;
    if (now.status[0] != RUNNING) return 1;
    for (p = 0; p < N; p++) {
      if (now.status[p] == FREE &&
          (now.parent[p] || now.subreaper[p] || now.code[p])) return 1;
      if (now.status[p] != ZOMBIE && now.code[p]) return 1;
      if (now.status[p] == ZOMBIE && now.subreaper[p]) return 1;
      if (p && now.status[p] != FREE) {
        if (now.status[now.parent[p]] != RUNNING) return 1;
        for (q = p, steps = 0; q && steps <= N; steps++) q = now.parent[q];
        if (q) return 1;
      }
    }
    return 0;
  }
}

inline fork(p) {
  child = 1;
  do
  :: child < N && status[child] != FREE -> child++
  :: else -> break
  od;
  status[child] = RUNNING; parent[child] = p
}

inline end(p, value) {
  heir = parent[p];
  do
  :: heir != 0 && !subreaper[heir] -> heir = parent[heir]
  :: else -> break
  od;
  child = 1;
  do
  :: child < N && status[child] != FREE && parent[child] == p ->
       parent[child] = heir; child++
  :: child < N && !(status[child] != FREE && parent[child] == p) -> child++
  :: else -> break
  od;
  status[p] = ZOMBIE; subreaper[p] = 0; code[p] = value
}

#define IS_FREE(p) || status[p] == FREE
#define SOME_FREE (status[1] == FREE REST_FREE)

#if N == 3
#define REST_FREE IS_FREE(2)
#elif N == 4
#define REST_FREE IS_FREE(2) IS_FREE(3)
#elif N == 5
#define REST_FREE IS_FREE(2) IS_FREE(3) IS_FREE(4)
#elif N == 6
#define REST_FREE IS_FREE(2) IS_FREE(3) IS_FREE(4) IS_FREE(5)
#elif N == 7
#define REST_FREE IS_FREE(2) IS_FREE(3) IS_FREE(4) IS_FREE(5) IS_FREE(6)
#elif N == 8
#define REST_FREE IS_FREE(2) IS_FREE(3) IS_FREE(4) IS_FREE(5) IS_FREE(6) IS_FREE(7)
#else
#define REST_FREE IS_FREE(2) IS_FREE(3) IS_FREE(4) IS_FREE(5) IS_FREE(6) IS_FREE(7) \
  IS_FREE(8)
#endif

#define FORK(p) :: d_step { status[p] == RUNNING && SOME_FREE -> fork(p) }
#define OTHERS(p) FORK(p) \
  :: d_step { status[p] == RUNNING && !subreaper[p] -> subreaper[p] = 1 } \
  :: d_step { status[p] == RUNNING -> end(p, 0) } \
  :: d_step { status[p] == RUNNING -> end(p, 1) } \
  :: d_step { status[p] == ZOMBIE && status[parent[p]] == RUNNING -> \
       status[p] = FREE; parent[p] = 0; code[p] = 0 }

active proctype kernel() {
  do
  :: c_expr { (broken()) } -> assert(false)
  FORK(0)
  OTHERS(1)
  OTHERS(2)
#if N > 3
  OTHERS(3)
#endif
#if N > 4
  OTHERS(4)
#endif
#if N > 5
  OTHERS(5)
#endif
#if N > 6
  OTHERS(6)
#endif
#if N > 7
  OTHERS(7)
#endif
#if N > 8
  OTHERS(8)
#endif
  od
}
