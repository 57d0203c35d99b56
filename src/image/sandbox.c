#include "image/sandbox.h"

#include <errno.h>
#include <linux/sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

/* A sanitizer needs terabytes of address space and has its own ways to die. */
#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#else
#define SANITIZED 0
#endif

static bool
limit(int what, int64_t most)
{
	struct rlimit both = {(rlim_t)most, (rlim_t)most};

	return setrlimit(what, &both) == 0;
}

static bool
limits(const struct sandbox_limits *most)
{
	/* SIGXCPU at the soft limit, SIGKILL a second later. */
	struct rlimit cpu = {(rlim_t)most->seconds, (rlim_t)most->seconds + 1};

	return setrlimit(RLIMIT_CPU, &cpu) == 0 && limit(RLIMIT_CORE, 0) &&
	       limit(RLIMIT_FSIZE, most->output) && limit(RLIMIT_MEMLOCK, 0) &&
	       (SANITIZED || limit(RLIMIT_DATA, most->memory));
}

/* What computing takes: memory, threads, time, descriptors that are open already. */
static const int allowed[] = {SCMP_SYS(read), SCMP_SYS(pread64), SCMP_SYS(write),
	SCMP_SYS(pwrite64), SCMP_SYS(lseek), SCMP_SYS(close), SCMP_SYS(fstat),
	SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(brk),
	SCMP_SYS(futex), SCMP_SYS(set_robust_list), SCMP_SYS(rseq), SCMP_SYS(exit),
	SCMP_SYS(exit_group), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigaction),
	SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack), SCMP_SYS(sched_yield),
	SCMP_SYS(sched_getaffinity), SCMP_SYS(getpid), SCMP_SYS(gettid),
	SCMP_SYS(clock_gettime), SCMP_SYS(clock_nanosleep), SCMP_SYS(nanosleep),
	SCMP_SYS(gettimeofday), SCMP_SYS(getrandom), SCMP_SYS(restart_syscall)};

/* What libraries try and can do without: translations, numbers of processors. */
static const int denied[] = {SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(openat2),
	SCMP_SYS(access), SCMP_SYS(faccessat), SCMP_SYS(faccessat2), SCMP_SYS(stat),
	SCMP_SYS(lstat), SCMP_SYS(newfstatat), SCMP_SYS(statx), SCMP_SYS(readlink),
	SCMP_SYS(readlinkat), SCMP_SYS(getcwd), SCMP_SYS(uname), SCMP_SYS(sysinfo),
	SCMP_SYS(ioctl), SCMP_SYS(fcntl), SCMP_SYS(prlimit64), SCMP_SYS(getrusage)};

/* A system call that this architecture does not have needs no rule. */
static bool
rule(scmp_filter_ctx f, uint32_t action, int call, unsigned count,
	const struct scmp_arg_cmp *args)
{
	int e = seccomp_rule_add_array(f, action, call, count, args);

	return e == 0 || e == -EDOM;
}

/* Calls that depend on their arguments. */
static bool
conditional(scmp_filter_ctx f)
{
	const struct scmp_arg_cmp thread[] = {
		SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD)};
	const struct scmp_arg_cmp data[] = {SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)};
	const struct scmp_arg_cmp own[] = {SCMP_A0(SCMP_CMP_EQ, (uint64_t)getpid())};
	const struct scmp_arg_cmp name[] = {SCMP_A0(SCMP_CMP_EQ, PR_SET_NAME)};

	/* clone3 has its flags in memory, where no filter looks: the library falls
	 * back on clone. */
	return rule(f, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1, thread) &&
	       rule(f, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0, NULL) &&
	       rule(f, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, data) &&
	       rule(f, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, data) &&
	       rule(f, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1, own) && /* abort(3) */
	       rule(f, SCMP_ACT_ALLOW, SCMP_SYS(prctl), 1, name);
}

static bool
system_calls(void)
{
	scmp_filter_ctx f = seccomp_init(SCMP_ACT_KILL_PROCESS);
	bool good = f != NULL && conditional(f);

	for (size_t i = 0; good && i < sizeof(allowed) / sizeof(*allowed); i++)
		good = rule(f, SCMP_ACT_ALLOW, allowed[i], 0, NULL);
	for (size_t i = 0; good && i < sizeof(denied) / sizeof(*denied); i++)
		good = rule(f, SCMP_ACT_ERRNO(EACCES), denied[i], 0, NULL);
	good = good && seccomp_load(f) == 0;
	seccomp_release(f);
	return good;
}

bool
sandbox_enter(const struct sandbox_limits *most)
{
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && limits(most) &&
	       system_calls();
}
