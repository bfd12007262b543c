#pragma once
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>

extern int pthread_setname_np(pthread_t thread, const char *name);

/// An event descriptor whose reads never block and which programs started by us don't inherit; −1 on failure.
static inline int continuo_event_descriptor(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

/// Leaves every asynchronous signal to the other threads, so that a system call here is never cut short by one
/// and a write to a closed connection is an error, not the end of the process.
static inline void continuo_block_signals(void) {
    sigset_t set;
    sigfillset(&set);
    sigdelset(&set, SIGSEGV);
    sigdelset(&set, SIGBUS);
    sigdelset(&set, SIGFPE);
    sigdelset(&set, SIGILL);
    sigdelset(&set, SIGTRAP);
    sigdelset(&set, SIGABRT);
    pthread_sigmask(SIG_BLOCK, &set, 0);
}

/// Names the calling thread as debuggers and `top -H` show it; Linux takes at most 15 bytes.
static inline int continuo_name_thread(const char *name) { return pthread_setname_np(pthread_self(), name); }
