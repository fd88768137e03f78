// SPDX-License-Identifier: GPL-2.0-only
// virtio-mmio devices that come and go at the host's request; the drivers are the kernel's own.
#include <linux/err.h>
#include <linux/platform_device.h>
#include <asm/irq.h>
#include <asm/lkl.h>
#include "../kernel/mmio.h"

static struct platform_device *devices[LKL_MAX_DEVICES];

long lkl_device_add(unsigned long slot)
{
	const struct resource resources[] = {
		DEFINE_RES_MEM(LKL_MMIO_BASE + slot * LKL_MMIO_SIZE, LKL_MMIO_SIZE),
		DEFINE_RES_IRQ(LKL_DEVICE_IRQ(slot)),
	};
	struct platform_device *device;

	if (slot >= LKL_MAX_DEVICES)
		return -EINVAL;
	if (devices[slot])
		return -EBUSY;
	device = platform_device_register_simple("virtio-mmio", slot, resources, ARRAY_SIZE(resources));
	if (IS_ERR(device))
		return PTR_ERR(device);
	if (!device->dev.driver) {
		platform_device_unregister(device);
		return -ENXIO;
	}
	devices[slot] = device;
	return 0;
}

long lkl_device_remove(unsigned long slot)
{
	if (slot >= LKL_MAX_DEVICES || !devices[slot])
		return -ENODEV;
	platform_device_unregister(devices[slot]);
	devices[slot] = NULL;
	return 0;
}
