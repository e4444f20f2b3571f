#include "sim/kernel/engine.hpp"

#include <algorithm>
#include <functional>
#include <string>

#include "sim/core/check.hpp"
#include "sim/kernel/context_engine.hpp"
#include "sim/kernel/engine_base.hpp"

namespace dwell::kernel {
namespace {

/// A contiguous range of processes that one thread at a time runs, with what they share. On cache lines of its own.
struct alignas(64) Group {
  std::uint32_t first = 0;
  std::uint32_t last = 0;  // past the end
  std::uint64_t events = 0;
  QueueMemory memory;
  std::vector<Mailbox> out[2];  // by the parity of the window of sending, by target group
};

class WindowedEngine final : public EngineBase {
 public:
  WindowedEngine(const EngineOptions& options, Executor& executor) : EngineBase(options), executor_(executor) {}

  [[nodiscard]] std::uint64_t events() const override {
    std::uint64_t total = 0;
    for (const auto& group : groups_) total += group->events;
    return total;
  }

 private:
  void prepare() override;
  void run_window() override;
  void run_group(std::size_t index);
  void deliver(std::size_t index, std::size_t parity);
  std::uint64_t run_process(std::uint32_t id);

  Executor& executor_;
  std::vector<std::unique_ptr<Group>> groups_;
  std::vector<std::uint32_t> group_of_;
  std::vector<Context> contexts_;
  std::vector<std::uint8_t> every_window_;
  std::function<void(std::size_t)> task_;
};

void WindowedEngine::prepare() {
  const std::size_t count = members_.size();
  // Several groups a thread let the executor even out unequal ones.
  const std::size_t groups =
      executor_.threads() == 1 ? 1 : std::max<std::size_t>(1, std::min(count, 4 * executor_.threads()));
  group_of_.resize(count);
  for (std::size_t g = 0; g < groups; ++g) {
    groups_.push_back(std::make_unique<Group>());
    Group& group = *groups_.back();
    group.first = static_cast<std::uint32_t>(count * g / groups);
    group.last = static_cast<std::uint32_t>(count * (g + 1) / groups);
    for (std::uint32_t id = group.first; id < group.last; ++id) group_of_[id] = static_cast<std::uint32_t>(g);
    for (auto& out : group.out) out.resize(groups);
  }
  contexts_.reserve(count);
  for (std::uint32_t id = 0; id < count; ++id) {
    Group& group = *groups_[group_of_[id]];
    contexts_.emplace_back(Context::Setup{{id},
                                          members_[id]->name(),
                                          options_.lookahead,
                                          options_.end,
                                          options_.horizon_windows,
                                          static_cast<std::uint32_t>(count),
                                          group_of_.data(),
                                          group.out[1].data(),
                                          &group.memory,
                                          nullptr});
    every_window_.push_back(members_[id]->every_window() ? 1 : 0);
  }
  for (std::uint32_t id = 0; id < count; ++id) members_[id]->start(contexts_[id]);
  task_ = [this](std::size_t index) { run_group(index); };
}

void WindowedEngine::run_window() {
  if (groups_.size() == 1) {
    run_group(0);
  } else {
    executor_.for_each(groups_.size(), task_);
  }
}

void WindowedEngine::run_group(std::size_t index) {
  Group& group = *groups_[index];
  const auto parity = static_cast<std::size_t>(window_.index & 1);
  deliver(index, parity ^ 1);
  std::uint64_t handled = 0;
  for (std::uint32_t id = group.first; id < group.last; ++id) {
    Context::Engine::set_mail(contexts_[id], group.out[parity].data());
    handled += run_process(id);
  }
  group.events += handled;
}

// Groups are in the order of their processes, so bodies arrive by source process and then by sequence, whatever the
// number of groups.
void WindowedEngine::deliver(std::size_t index, std::size_t parity) {
  for (const auto& source : groups_) {
    Mailbox& mailbox = source->out[parity][index];
    if (mailbox.messages.empty()) continue;
    for (const Outgoing& message : mailbox.messages) {
      Context& target = contexts_[message.event.target];
      Context::Engine::queue(target).push(Context::Engine::receive(target, message, mailbox));
    }
    mailbox.messages.clear();
    mailbox.bodies.clear();
  }
}

std::uint64_t WindowedEngine::run_process(std::uint32_t id) {
  Context& context = contexts_[id];
  EventQueue& queue = Context::Engine::queue(context);
  Context::Engine::enter(context, window_);
  if (every_window_[id] == 0 && queue.front_size() == 0) {
    queue.begin_window();
    return 0;
  }
  Process& process = *members_[id];
  process.open(context);
  queue.begin_window();
  std::uint64_t handled = 0;
  if (!queue.drained()) {
    Events events(context);
    process.handle(context, events);
    DWELL_DEMAND(queue.drained(),
                 Context::Engine::who(context) + " returned from handle before its events were all taken");
    handled = queue.taken();
  }
  Context::Engine::leave(context);
  process.close(context);
  return handled;
}

}  // namespace

std::unique_ptr<Engine> make_windowed_engine(const EngineOptions& options, Executor& executor) {
  return std::make_unique<WindowedEngine>(options, executor);
}

}  // namespace dwell::kernel
