#include <algorithm>

#include "sim/background/background.hpp"

namespace dwell::background {
namespace {

class Deception final : public kernel::Process {
 public:
  Deception(std::vector<MemberId> accounts, telemetry::PlatformRows* out) : accounts_(std::move(accounts)), out_(out) {}
  [[nodiscard]] std::string_view name() const override { return "deception"; }
  [[nodiscard]] bool every_window() const override { return false; }
  void start(kernel::Context& context) override {
    if (out_ != nullptr) context.schedule(Time{}, static_cast<unsigned>(protocol::Priority::calendar), 0);
  }
  void handle(kernel::Context& context, kernel::Events& events) override {
    while (events.next() != nullptr) {
      const std::int64_t now = context.now().us;
      for (const MemberId member : accounts_) out_->deception.push({now, now, member.value}, kBackground);
    }
  }
  void save(ByteWriter&) const override {}
  Status restore(ByteReader&) override { return success(); }

 private:
  std::vector<MemberId> accounts_;
  telemetry::PlatformRows* out_;
};

}  // namespace

std::vector<MemberId> honey_accounts(const DeceptionParams& params, const Surroundings& around) {
  std::vector<MemberId> chosen;
  if (params.honey_accounts == 0) return chosen;
  const auto wanted = std::max<std::size_t>(1, static_cast<std::size_t>(params.honey_accounts * around.scale + 0.5));
  // A keyed permutation tries every id once, so the walk ends on any platform.
  const KeyedPermutation order(around.seed, purpose("deception.account"), around.ids);
  for (std::uint64_t i = 0; i < around.ids && chosen.size() < wanted; ++i) {
    const MemberId id{static_cast<std::uint32_t>(order(i) + 1)};
    if (around.exists(id) && (!around.dormant || around.dormant(id))) chosen.push_back(id);
  }
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

std::unique_ptr<kernel::Process> make_deception(const DeceptionParams& params, const Surroundings& around,
                                                telemetry::PlatformRows* out) {
  return std::make_unique<Deception>(honey_accounts(params, around), out);
}

}  // namespace dwell::background
