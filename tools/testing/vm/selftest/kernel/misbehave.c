// SPDX-License-Identifier: GPL-2.0-only
/*
 * A module that misbehaves on request, to prove that a guest's run fails when
 * the kernel complains. Write to /sys/module/evpn/parameters/do one of the words
 * of deeds[]; load with refuse=1 to have the load fail.
 */
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>

static bool refuse;
module_param(refuse, bool, 0);
MODULE_PARM_DESC(refuse, "fail to load");

static DEFINE_MUTEX(first);
static DEFINE_MUTEX(second);

static noinline void do_warn(void)
{
	WARN_ON(1);
}

static noinline void do_oops(void)
{
	int *nowhere = NULL;

	OPTIMIZER_HIDE_VAR(nowhere);
	*nowhere = 1;
}

/* Many: stray copies of some pointers, on a stack or in the allocator's stock, must not hide the leak. */
static noinline void do_leak(void)
{
	int i;

	for (i = 0; i < 4000; i++) {
		void *lost = kmalloc(100, GFP_KERNEL);

		OPTIMIZER_HIDE_VAR(lost);
	}
}

static noinline void do_overrun(void)
{
	char *object = kmalloc(100, GFP_KERNEL);

	if (!object)
		return;
	OPTIMIZER_HIDE_VAR(object);
	object[100] = 1;
	kfree(object);
}

static noinline void do_deadlock(void)
{
	mutex_lock(&first);
	mutex_lock(&second);
	mutex_unlock(&second);
	mutex_unlock(&first);
	mutex_lock(&second);
	mutex_lock(&first);
	mutex_unlock(&first);
	mutex_unlock(&second);
}

static noinline void do_stay(void)
{
	__module_get(THIS_MODULE);
}

static const struct {
	const char *word;
	void (*deed)(void);
} deeds[] = {
	{"warn", do_warn},	 {"oops", do_oops},	    {"leak", do_leak},
	{"overrun", do_overrun}, {"deadlock", do_deadlock}, {"stay", do_stay},
};

static int misbehave(const char *word, const struct kernel_param *param)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(deeds); i++) {
		if (sysfs_streq(word, deeds[i].word)) {
			deeds[i].deed();
			return 0;
		}
	}
	return -EINVAL;
}

static const struct kernel_param_ops misbehave_ops = {.set = misbehave};
module_param_cb(do, &misbehave_ops, NULL, 0200);
MODULE_PARM_DESC(do, "what to do wrong");

static int __init misbehave_init(void)
{
	return refuse ? -EINVAL : 0;
}

static void __exit misbehave_exit(void)
{
}

module_init(misbehave_init);
module_exit(misbehave_exit);
MODULE_DESCRIPTION("Misbehaves on request");
MODULE_LICENSE("GPL");
