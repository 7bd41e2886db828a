// SPDX-License-Identifier: GPL-2.0-only
/*
 * For the selftests: somebody else who has a say in which device may be enslaved, and who says no after
 * evpn.ko was told that it is. Notifiers of a network namespace are called before those of all.
 */
#include <linux/module.h>
#include <linux/netdevice.h>

static char *device = "";
module_param(device, charp, 0444);
MODULE_PARM_DESC(device, "the device that may join nothing");

static int veto_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	const struct netdev_notifier_changeupper_info *info = ptr;

	if (event != NETDEV_CHANGEUPPER || !info->linking ||
	    strcmp(netdev_notifier_info_to_dev(ptr)->name, device))
		return NOTIFY_DONE;
	return notifier_from_errno(-EBUSY);
}

static struct notifier_block veto_nb = {
	.notifier_call = veto_event,
};

static int __init veto_init(void)
{
	return register_netdevice_notifier(&veto_nb);
}

static void __exit veto_exit(void)
{
	unregister_netdevice_notifier(&veto_nb);
}

module_init(veto_init);
module_exit(veto_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Refuses that a device is enslaved, for the selftests of evpn");
