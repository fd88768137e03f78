// SPDX-License-Identifier: GPL-2.0-only
// copy.
#include <mutex>

#include "js_arguments.h"
#include "js_copy_values.h"
#include "js_errors.h"
#include "js_exports.h"
#include "tree/copy.h"
#include "tree/extents.h"

namespace kdisk {

namespace {

struct CopyArguments {
  Side from;
  Side to;
  std::vector<CopySource> sources;
  CopyOptions options;
  const volatile uint8_t* stop = nullptr;
  bool report = false;
};

class CopyCall : public Call {
 public:
  explicit CopyCall(CopyArguments arguments) : arguments_(std::move(arguments)) {}

  Napi::Value Result(Napi::Env env) override {
    return ResultToJs(env, result_);
  }

  Napi::Value Progress(Napi::Env env) override {
    std::lock_guard<std::mutex> lock(mutex_);
    return ProgressToJs(env, reported_);
  }

 private:
  static constexpr uint64_t kReportIntervalNs = 100 * 1000000;

  Failure Work(Session* session) override {
    uint64_t due = Host::Monotonic() + kReportIntervalNs;
    const auto observe = [this, &due](const CopyProgress& progress) {
      if (cancelled() || (arguments_.stop && *arguments_.stop != 0)) return false;
      if (!arguments_.report) return true;
      const uint64_t now = Host::Monotonic();
      if (now < due) return true;
      due = now + kReportIntervalNs;
      {
        std::lock_guard<std::mutex> lock(mutex_);
        reported_ = progress;
      }
      Report();
      return true;
    };
    const std::unique_ptr<Tree> from = OpenSide(session, arguments_.from);
    const std::unique_ptr<Tree> to = OpenSide(session, arguments_.to);
    FileReader::Locate locate;
    if (arguments_.to.host && arguments_.options.extents) {
      const Guest guest(&session->kernel, arguments_.from.root);
      locate = [guest, session](Tree::Fd file, const linux_abi::Statx& status, std::vector<HostPiece>* pieces) {
        return MapExtents(guest, session->disks, static_cast<uint64_t>(file), status, pieces);
      };
    }
    return kdisk::Copy(from.get(), to.get(), arguments_.sources, arguments_.options, locate, observe, &result_);
  }

  const CopyArguments arguments_;
  CopyResult result_;
  std::mutex mutex_;
  CopyProgress reported_;
};

// `progress` as JavaScript gave it.
Napi::Value Submit(Napi::Env env, CopyArguments arguments, CallOptions call_options, const Napi::Value& progress) {
  if (!progress.IsUndefined() && !progress.IsFunction()) {
    ThrowMisuse(env, "progress must be a function");
    return env.Undefined();
  }
  arguments.report = progress.IsFunction();
  call_options.progress = progress;
  return Mailbox::Submit(env, std::make_shared<CopyCall>(std::move(arguments)), call_options);
}

}  // namespace

Napi::Value Copy(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  CopyArguments arguments;
  CallOptions call_options;
  if (!GetSide(info[0], "from", &arguments.from) || !GetSide(info[1], "to", &arguments.to) ||
      !GetSources(info[2], &arguments.sources) ||
      !GetCopyOptions(info[3], &arguments.options, &arguments.stop, &call_options.pins)) {
    return env.Undefined();
  }
  if (arguments.from.host && arguments.to.host) {
    ThrowMisuse(env, "one side at least must be a volume");
    return env.Undefined();
  }
  return Submit(env, std::move(arguments), std::move(call_options), info[4]);
}

}  // namespace kdisk
