/* Keeps a CPU busy until it is killed, or its parent ends.
 *
 *     bench_hog CPU hog|awake   hog: like any program that computes; awake: below all others (SCHED_IDLE), so that the CPU never halts and nobody waits
 */
#include "measure.h"

#include <signal.h>
#include <sys/prctl.h>

int main(int argc, char **argv)
{
    struct sched_param none = {0};
    volatile unsigned long spins = 0;
    if (argc < 3)
        return 2;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    pin(0, 1u << (unsigned)atoi(argv[1]));
    if (strcmp(argv[2], "awake") == 0 && sched_setscheduler(0, SCHED_IDLE, &none)) {
        perror("sched_setscheduler");
        return 1;
    }
    for (;;)
        spins++;
}
