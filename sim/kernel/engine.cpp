#include "sim/kernel/engine.hpp"

#include <functional>

#include "sim/kernel/engine_base.hpp"
#include "sim/kernel/groups.hpp"

namespace dwell::kernel {
namespace {

class WindowedEngine final : public EngineBase {
 public:
  WindowedEngine(const EngineOptions& options, Executor& executor) : EngineBase(options), executor_(executor) {}

 private:
  void prepare(Time begin) override;
  void start() override { groups_.start(1); }
  void ready() override { groups_.ask_every_window(); }
  void run_window() override;
  [[nodiscard]] std::uint64_t handled() const override { return groups_.events(); }
  void settle() override;
  Context& context(std::uint32_t id) override { return *groups_.context_of(id); }
  void list_pending(std::uint32_t id, std::vector<Event>& events) const override { groups_.list_pending(id, events); }
  void insert_pending(const Event& event) override { groups_.insert_pending(event); }

  Executor& executor_;
  Groups groups_;
  std::function<void(std::size_t)> task_;
};

void WindowedEngine::prepare(Time begin) {
  groups_.make(options_, members_, {Groups::count_for(members_.size(), executor_.threads())}, begin);
  task_ = [this](std::size_t group) {
    groups_.deliver(group, static_cast<std::size_t>(window_.index & 1) ^ 1);
    groups_.run(group, window_);
  };
}

void WindowedEngine::run_window() {
  if (groups_.size() == 1) {
    task_(0);
  } else {
    executor_.for_each(groups_.size(), task_);
  }
}

void WindowedEngine::settle() {
  for (std::size_t g = 0; g < groups_.size(); ++g) groups_.deliver(g, static_cast<std::size_t>(window_.index & 1));
}

}  // namespace

std::unique_ptr<Engine> make_windowed_engine(const EngineOptions& options, Executor& executor) {
  return std::make_unique<WindowedEngine>(options, executor);
}

}  // namespace dwell::kernel
