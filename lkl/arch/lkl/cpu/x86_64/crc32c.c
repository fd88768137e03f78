// SPDX-License-Identifier: GPL-2.0-only
// crc32c with the SSE4.2 instruction: btrfs, ext4 and xfs checksum all their metadata with it.
#include <crypto/internal/hash.h>
#include <linux/init.h>
#include <linux/unaligned.h>

#define CPUID_ECX_SSE42	(1u << 20)	/* Intel SDM, CPUID leaf 1 */

static u32 crc32c_update(u32 crc, const u8 *data, unsigned int length)
{
	u64 wide = crc;

	for (; length >= 8; data += 8, length -= 8)
		asm("crc32q %1, %0" : "+r" (wide) : "rm" (get_unaligned((const u64 *)data)));
	crc = wide;
	for (; length; data++, length--)
		asm("crc32b %1, %0" : "+r" (crc) : "rm" (*data));
	return crc;
}

static int setkey(struct crypto_shash *tfm, const u8 *key, unsigned int length)
{
	if (length != sizeof(u32))
		return -EINVAL;
	*(u32 *)crypto_shash_ctx(tfm) = get_unaligned_le32(key);
	return 0;
}

static int init_tfm(struct crypto_tfm *tfm)
{
	*(u32 *)crypto_tfm_ctx(tfm) = ~0u;
	return 0;
}

static int init(struct shash_desc *desc)
{
	*(u32 *)shash_desc_ctx(desc) = *(u32 *)crypto_shash_ctx(desc->tfm);
	return 0;
}

static int update(struct shash_desc *desc, const u8 *data, unsigned int length)
{
	u32 *crc = shash_desc_ctx(desc);

	*crc = crc32c_update(*crc, data, length);
	return 0;
}

static int finup(struct shash_desc *desc, const u8 *data, unsigned int length, u8 *out)
{
	put_unaligned_le32(~crc32c_update(*(u32 *)shash_desc_ctx(desc), data, length), out);
	return 0;
}

static int final(struct shash_desc *desc, u8 *out)
{
	return finup(desc, NULL, 0, out);
}

static int digest(struct shash_desc *desc, const u8 *data, unsigned int length, u8 *out)
{
	init(desc);
	return finup(desc, data, length, out);
}

static struct shash_alg algorithm = {
	.setkey = setkey,
	.init = init,
	.update = update,
	.final = final,
	.finup = finup,
	.digest = digest,
	.descsize = sizeof(u32),
	.digestsize = sizeof(u32),
	.base = {
		.cra_name = "crc32c",
		.cra_driver_name = "crc32c-sse42",
		.cra_priority = 200,
		.cra_flags = CRYPTO_ALG_OPTIONAL_KEY,
		.cra_blocksize = 1,
		.cra_ctxsize = sizeof(u32),
		.cra_module = THIS_MODULE,
		.cra_init = init_tfm,
	},
};

static int __init crc32c_init(void)
{
	u32 eax = 1, ebx, ecx = 0, edx;

	asm volatile("cpuid" : "+a" (eax), "=b" (ebx), "+c" (ecx), "=d" (edx));
	return ecx & CPUID_ECX_SSE42 ? crypto_register_shash(&algorithm) : 0;
}
arch_initcall(crc32c_init);
