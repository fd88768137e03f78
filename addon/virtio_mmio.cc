// SPDX-License-Identifier: GPL-2.0-only
// virtio-mmio registers: see virtio_mmio.h.
#include "virtio_mmio.h"

#include <utility>

namespace kdisk {

namespace {

enum Register : uint32_t {
  kMagic = 0x000,
  kVersion = 0x004,
  kDeviceId = 0x008,
  kVendorId = 0x00c,
  kDeviceFeatures = 0x010,
  kDeviceFeaturesSelect = 0x014,
  kDriverFeatures = 0x020,
  kDriverFeaturesSelect = 0x024,
  kQueueSelect = 0x030,
  kQueueSizeMax = 0x034,
  kQueueSize = 0x038,
  kQueueReady = 0x044,
  kQueueNotify = 0x050,
  kInterruptStatus = 0x060,
  kInterruptAck = 0x064,
  kStatus = 0x070,
  kQueueDescriptorsLow = 0x080,
  kQueueDescriptorsHigh = 0x084,
  kQueueDriverLow = 0x090,
  kQueueDriverHigh = 0x094,
  kQueueDeviceLow = 0x0a0,
  kQueueDeviceHigh = 0x0a4,
  kSharedMemoryLengthLow = 0x0b0,
  kSharedMemoryLengthHigh = 0x0b4,
  kConfigGeneration = 0x0fc,
  kConfig = 0x100,
};

constexpr uint32_t kStatusFeaturesOk = 8, kStatusNeedsReset = 64;
constexpr uint32_t kInterruptUsed = 1, kInterruptConfig = 2;

// Transport features. No EVENT_IDX: requests are done inside the notification, so there is none to save, and the
// driver switches interrupts off by the flag in the ring while it works through them.
constexpr uint64_t kIndirectDescriptors = UINT64_C(1) << 28;
constexpr uint64_t kVersion1 = UINT64_C(1) << 32;

void SetHalf(uint64_t* word, bool high, uint32_t value) {
  const int shift = high ? 32 : 0;
  *word = (*word & ~(UINT64_C(0xffffffff) << shift)) | static_cast<uint64_t>(value) << shift;
}

}  // namespace

VirtioMmio::VirtioMmio(std::unique_ptr<VirtioDevice> device, const GuestMemory& memory,
                       std::function<void()> interrupt)
    : device_(std::move(device)), memory_(memory), interrupt_(std::move(interrupt)) {}

uint64_t VirtioMmio::OfferedFeatures() const { return device_->features() | kIndirectDescriptors | kVersion1; }

uint32_t VirtioMmio::Read(uint32_t offset, uint32_t width) const {
  if (offset >= kConfig) {
    uint32_t value = 0;
    for (uint32_t i = 0; i < width; i++) {
      value |= static_cast<uint32_t>(device_->ConfigByte(offset - kConfig + i)) << (8 * i);
    }
    return value;
  }
  const bool queue = queue_select_ == 0;
  switch (offset) {
    case kMagic: return 0x74726976;
    case kVersion: return 2;
    case kDeviceId: return device_->id();
    case kVendorId: return 0x6b73646b;
    case kDeviceFeatures:
      if (device_features_select_ > 1) return 0;
      return static_cast<uint32_t>(OfferedFeatures() >> (32 * device_features_select_));
    case kQueueSizeMax: return queue ? VirtQueue::kMaxSize : 0;
    case kQueueReady: return queue && queue_.enabled();
    case kInterruptStatus: return interrupt_status_;
    case kStatus: return status_;
    // "No such region" is a length of -1.
    case kSharedMemoryLengthLow:
    case kSharedMemoryLengthHigh: return UINT32_MAX;
    case kConfigGeneration: return 0;
    default: return 0;
  }
}

void VirtioMmio::Write(uint32_t offset, uint32_t width, uint32_t value) {
  // Nothing in the configuration can be changed; the registers are 32 bits wide.
  if (offset >= kConfig || width != 4) return;
  switch (offset) {
    case kDeviceFeaturesSelect: device_features_select_ = value; return;
    case kDriverFeaturesSelect: driver_features_select_ = value; return;
    case kDriverFeatures:
      if (driver_features_select_ <= 1) SetHalf(&driver_features_, driver_features_select_ == 1, value);
      return;
    case kQueueSelect: queue_select_ = value; return;
    case kInterruptAck: interrupt_status_ &= ~value; return;
    case kQueueNotify:
      if (value == 0) Notify();
      return;
    case kStatus:
      if (value == 0) {
        Reset();
        return;
      }
      // A driver sees a refusal of its features as this bit missing.
      if ((value & kStatusFeaturesOk) && ((driver_features_ & ~OfferedFeatures()) || !(driver_features_ & kVersion1))) {
        value &= ~kStatusFeaturesOk;
      }
      status_ = value | (status_ & kStatusNeedsReset);
      return;
  }
  if (queue_select_ != 0) return;
  switch (offset) {
    case kQueueSize: queue_size_ = value; return;
    case kQueueReady:
      if (value == 0) {
        queue_.Disable();
      } else if (!queue_.Enable(memory_, queue_size_, queue_address_[0], queue_address_[1], queue_address_[2])) {
        NeedsReset();
      }
      return;
    case kQueueDescriptorsLow: SetHalf(&queue_address_[0], false, value); return;
    case kQueueDescriptorsHigh: SetHalf(&queue_address_[0], true, value); return;
    case kQueueDriverLow: SetHalf(&queue_address_[1], false, value); return;
    case kQueueDriverHigh: SetHalf(&queue_address_[1], true, value); return;
    case kQueueDeviceLow: SetHalf(&queue_address_[2], false, value); return;
    case kQueueDeviceHigh: SetHalf(&queue_address_[2], true, value); return;
  }
}

void VirtioMmio::Reset() {
  queue_.Reset();
  status_ = 0;
  interrupt_status_ = 0;
  device_features_select_ = driver_features_select_ = 0;
  driver_features_ = 0;
  queue_select_ = queue_size_ = 0;
  for (uint64_t& address : queue_address_) address = 0;
}

void VirtioMmio::NeedsReset() {
  queue_.Disable();
  status_ |= kStatusNeedsReset;
  interrupt_status_ |= kInterruptConfig;
  interrupt_();
}

void VirtioMmio::Notify() {
  if (!queue_.enabled()) return;
  bool done = false;
  for (;;) {
    const VirtQueue::Next next = queue_.Take(&chain_);
    if (next == VirtQueue::Next::kBroken) {
      NeedsReset();
      return;
    }
    if (next == VirtQueue::Next::kEmpty) break;
    queue_.Complete(chain_, device_->Handle(&chain_));
    done = true;
  }
  if (!done) return;
  interrupt_status_ |= kInterruptUsed;
  if (queue_.DriverWantsInterrupt()) interrupt_();
}

}  // namespace kdisk
