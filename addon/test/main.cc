// SPDX-License-Identifier: GPL-2.0-only
// Runs each test in a process of its own, because signal handlers and a dead kernel are for good. Argument: part of
// the names to run.
#include <sys/wait.h>

#include <cstring>

#include "check.h"

int main(int argc, char** argv) {
  int failed = 0, run = 0;
  for (const kdisk_test::Test& test : kdisk_test::Tests()) {
    if (argc > 1 && !strstr(test.name, argv[1])) continue;
    fflush(stdout);
    const pid_t child = fork();
    if (child == 0) {
      // A hang is a failure too.
      alarm(60);
      test.run();
      _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    run++;
    const bool good = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (!good) failed++;
    printf("%s %s", good ? "ok  " : "FAIL", test.name);
    if (WIFSIGNALED(status)) printf(" (signal %d)", WTERMSIG(status));
    printf("\n");
  }
  printf("%d tests, %d failed\n", run, failed);
  return failed == 0 && run > 0 ? 0 : 1;
}
