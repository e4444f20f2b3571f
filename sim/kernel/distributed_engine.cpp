#include <exception>
#include <functional>
#include <string>

#include "sim/core/check.hpp"
#include "sim/kernel/block.hpp"
#include "sim/kernel/engine_base.hpp"
#include "sim/kernel/groups.hpp"
#include "sim/kernel/transport.hpp"

namespace dwell::kernel {
namespace {

/// Blocks are posted when the window's processes are done, and taken in the next step after the mail among this rank's
/// own groups was delivered and its processes were opened, so that they travel meanwhile.
class DistributedEngine final : public EngineBase {
 public:
  DistributedEngine(const EngineOptions& options, Executor& executor, Transport& transport)
      : EngineBase(options, transport.rank(), transport.ranks()), executor_(executor), transport_(transport) {}
  ~DistributedEngine() override;
  DistributedEngine(const DistributedEngine&) = delete;
  DistributedEngine& operator=(const DistributedEngine&) = delete;
  std::uint64_t total(std::uint64_t share) override { return transport_.sum(share); }

 private:
  void prepare(Time begin) override;
  void start() override;
  void ready() override { groups_.ask_every_window(); }
  void run_window() override;
  [[nodiscard]] std::uint64_t handled() const override { return groups_.events(); }
  void settle() override;
  Context& context(std::uint32_t id) override { return *groups_.context_of(id); }
  void list_pending(std::uint32_t id, std::vector<Event>& events) const override { groups_.list_pending(id, events); }
  void insert_pending(const Event& event) override { groups_.insert_pending(event); }
  void give_up(const std::string& message) noexcept override {
    posted_ = false;
    transport_.fail(message);
  }

  void demand_agreement(std::uint64_t value, const char* what);
  void for_each_group(const std::function<void(std::size_t)>& task);
  void post_blocks(std::int64_t window);
  void take_blocks(std::int64_t window);

  Executor& executor_;
  Transport& transport_;
  Groups groups_;
  std::vector<BlockWriter> blocks_[2];  // by the parity of the window, by rank
  bool posted_ = false;                 // blocks of window_ that were not taken
  int exceptions_ = std::uncaught_exceptions();
  std::function<void(std::size_t)> open_, finish_;
};

// Of a run that stops before its end: what was posted must arrive before the transport goes, and the blocks must stay
// until the others have taken them.
DistributedEngine::~DistributedEngine() {
  if (std::uncaught_exceptions() != exceptions_) return;
  try {
    for (unsigned i = 1; posted_ && i < ranks_; ++i) (void)transport_.take(window_.index);
    for (const std::int64_t round : {window_.index + 1, window_.index + 2}) transport_.settle(round);
  } catch (const std::exception&) {
    return;  // another rank failed, and has said so
  }
}

std::size_t parity_of(std::int64_t window) { return static_cast<std::size_t>(window & 1); }

void DistributedEngine::demand_agreement(std::uint64_t value, const char* what) {
  const std::uint64_t greatest = transport_.greatest(value);
  const std::uint64_t least = ~transport_.greatest(~value);
  DWELL_DEMAND(greatest == least, "ranks disagree about the " + std::string(what) + ": it is " + std::to_string(value) +
                                      " on rank " + std::to_string(rank_) + ", and " + std::to_string(least) + " to " +
                                      std::to_string(greatest) + " on all");
}

void DistributedEngine::prepare(Time begin) {
  demand_agreement(members_.size(), "number of processes");
  demand_agreement(static_cast<std::uint64_t>(options_.lookahead.us), "lookahead in microseconds");
  demand_agreement(static_cast<std::uint64_t>(options_.end.us), "end of the run in microseconds");
  demand_agreement(static_cast<std::uint64_t>(begin.us), "begin of the run in microseconds");
  const std::size_t places = (members_.size() + ranks_ - 1 - rank_) / ranks_;
  groups_.make(options_, members_, {Groups::count_for(places, executor_.threads()), rank_, ranks_}, begin);
  for (auto& blocks : blocks_) blocks.resize(ranks_);
  open_ = [this](std::size_t group) {
    groups_.deliver(group, parity_of(window_.index - 1));
    groups_.open(group, window_);
  };
  finish_ = [this](std::size_t group) { groups_.finish(group); };
}

void DistributedEngine::start() {
  groups_.start(parity_of(-1));
  post_blocks(-1);
}

void DistributedEngine::run_window() {
  for_each_group(open_);
  if (posted_) take_blocks(window_.index - 1);
  for_each_group(finish_);
  // Nothing is sent in the last window that is not dropped.
  if (window_.end < options_.end) post_blocks(window_.index);
}

void DistributedEngine::settle() {
  for (std::size_t g = 0; g < groups_.size(); ++g) groups_.deliver(g, parity_of(window_.index));
  if (posted_) take_blocks(window_.index);
}

void DistributedEngine::for_each_group(const std::function<void(std::size_t)>& task) {
  if (groups_.size() == 1) {
    task(0);
  } else {
    executor_.for_each(groups_.size(), task);
  }
}

void DistributedEngine::post_blocks(std::int64_t window) {
  transport_.settle(window);
  const std::size_t parity = parity_of(window);
  for (unsigned rank = 0; rank < ranks_; ++rank) {
    if (rank == rank_) continue;
    std::size_t messages = 0, bodies = 0;
    for (std::size_t g = 0; g < groups_.size(); ++g) {
      messages += groups_.outbox(g, parity, rank).messages.size();
      bodies += groups_.outbox(g, parity, rank).bodies.size();
    }
    BlockWriter& block = blocks_[parity][rank];
    block.begin(window, messages, bodies);
    for (std::size_t g = 0; g < groups_.size(); ++g) {
      block.add(groups_.outbox(g, parity, rank));
      groups_.outbox(g, parity, rank).clear();
    }
    transport_.post(window, rank, block.finish());
  }
  posted_ = true;
}

// Delivered by this thread, as they come: while one block is read the others arrive.
void DistributedEngine::take_blocks(std::int64_t window) {
  for (unsigned i = 1; i < ranks_; ++i) {
    const Arrival arrival = transport_.take(window);
    const BlockView block = read_block(arrival.bytes, window, arrival.rank);
    for_each_message(block.messages.data(), block.messages.data() + block.messages.size(), block.bodies.data(),
                     block.bodies.data() + block.bodies.size(),
                     [&](const Event& message, const Body* body) { groups_.deliver_one(message, body); });
  }
  posted_ = false;
}

}  // namespace

std::unique_ptr<Engine> make_distributed_engine(const EngineOptions& options, Executor& executor,
                                                Transport& transport) {
  return std::make_unique<DistributedEngine>(options, executor, transport);
}

}  // namespace dwell::kernel
