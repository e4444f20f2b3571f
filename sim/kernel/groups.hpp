#pragma once
// What the windowed engines have in common: the processes of one rank in groups, their queues, the mail between groups,
// and the steps of one process's window.

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "sim/kernel/context.hpp"
#include "sim/kernel/engine.hpp"
#include "sim/kernel/mailbox.hpp"

namespace dwell::kernel {

/// Processes are dealt out to groups in turn, and lie in order within a group. One thread at a time runs a group;
/// different groups may run at once.
class Groups {
 public:
  /// How processes are spread: process `id` belongs to rank id mod ranks, and is the (id / ranks)th there.
  struct Spread {
    std::size_t groups = 1;
    unsigned rank = 0;
    unsigned ranks = 1;
  };
  /// The groups one rank of `processes` processes has on so many threads: several a thread even out unequal ones.
  static std::size_t count_for(std::size_t processes, std::size_t threads);

  /// Makes the contexts. `members` by id, nullptr where the process is of another rank; they must stay where they are.
  void make(const EngineOptions& options, std::span<const std::unique_ptr<Process>> members, const Spread& spread,
            Time begin);
  /// Calls start of each process, in order of their ids; what they send goes with the mail of `parity`.
  void start(std::size_t parity);
  /// Asks each process once whether it must see every window.
  void ask_every_window();

  [[nodiscard]] std::size_t size() const { return groups_.size(); }
  [[nodiscard]] std::uint64_t events() const;
  /// The context of a process of this rank; nullptr for others.
  [[nodiscard]] Context* context_of(std::uint32_t id) const { return context_of_[id]; }

  /// Appends the pending events of a process of this rank, in no order. Between windows.
  void list_pending(std::uint32_t id, std::vector<Event>& events) const;
  void insert_pending(const Event& event);

  /// Puts the mail that the groups of this rank sent to group g into its queues. The parity is that of the window in
  /// which it was sent; the mail of the next collects in the other set.
  void deliver(std::size_t g, std::size_t parity);
  void deliver_one(const Event& message, const Body* body);
  /// Runs the window for all processes of group g, each from open to close.
  void run(std::size_t g, const Window& window);
  /// The same in two passes: `open` calls open where it is known that it must be called, `finish` does the rest. In
  /// between, more mail may be delivered.
  void open(std::size_t g, const Window& window);
  void finish(std::size_t g);

  /// What group g sent to another rank in a window of the parity.
  Mailbox& outbox(std::size_t g, std::size_t parity, unsigned to_rank) {
    return groups_[g]->out[parity][groups_.size() + to_rank];
  }

 private:
  /// A contiguous range of places that one thread at a time runs, with what they share. On cache lines of its own.
  struct alignas(64) Group {
    std::uint32_t first = 0;
    std::uint32_t last = 0;  // past the end
    std::uint64_t events = 0;
    QueueMemory memory;
    std::vector<Mailbox> out[2];  // by the parity of the window of sending: one a group, then one a rank
  };
  struct Member {
    Process* process;
    bool every_window;
    bool open;
  };

  std::uint64_t finish_one(Member& member, Context& context);

  std::vector<std::unique_ptr<Group>> groups_;
  std::vector<std::uint32_t> box_of_;  // by process
  std::vector<Context*> context_of_;   // by process
  std::vector<Context> contexts_;      // by place
  std::vector<Member> members_;        // by place
};

}  // namespace dwell::kernel
