// SPDX-License-Identifier: GPL-2.0-only
// A virtio block device (virtio 1.2, section 5.2) in front of a BlockDevice; no calls of the operating system.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "block_device.h"
#include "virtio_device.h"

namespace kdisk {

class VirtioBlk : public VirtioDevice {
 public:
  // Told what failed, where (bytes) and with which negative errno; the driver only learns that something did.
  using OnError = std::function<void(const char* what, uint64_t offset, int error)>;

  // `serial`: at most 20 characters.
  VirtioBlk(std::shared_ptr<BlockDevice> disk, std::string serial, OnError on_error = nullptr);

  uint32_t id() const override { return 2; }
  uint64_t features() const override;
  uint8_t ConfigByte(uint32_t offset) const override;
  // Discarded blocks read as zeroes, on every host.
  void MakeDeterministic() override { discard_zeroes_ = true; }
  uint32_t Handle(Chain* chain) override;

 private:
  struct Config;

  // Each returns a VIRTIO_BLK_S_ status.
  uint8_t Dispatch(uint32_t type, uint64_t sector, Chain* chain, uint32_t* written);
  uint8_t Transfer(bool write, uint64_t sector, const SegmentList& data);
  uint8_t Ranges(bool zeroes, const SegmentList& data);
  bool OnDisk(uint64_t sector, uint64_t bytes) const;
  uint8_t StatusOf(const char* what, uint64_t offset, int result);

  std::shared_ptr<BlockDevice> disk_;
  const std::string serial_;
  const OnError on_error_;
  bool discard_zeroes_ = false;
  uint8_t config_[60] = {};
};

}  // namespace kdisk
