#include "sim/kernel/groups.hpp"

#include <algorithm>

#include "sim/core/check.hpp"
#include "sim/kernel/context_engine.hpp"

namespace dwell::kernel {
namespace {

constexpr std::size_t kGroupsPerThread = 4;

/// The group of a rank's nth process. Neighbours are alike (the heavy ones come first, say), so they are dealt out in
/// turn; and as executors give each thread a run of groups to begin with, in turn to those runs.
std::size_t group_of(std::size_t nth, std::size_t groups) {
  const std::size_t runs = groups % kGroupsPerThread == 0 ? groups / kGroupsPerThread : 1;
  const std::size_t turn = nth % groups;
  return turn % runs * (groups / runs) + turn / runs;
}

}  // namespace

std::size_t Groups::count_for(std::size_t processes, std::size_t threads) {
  return threads == 1 ? 1 : std::max<std::size_t>(1, std::min(processes, kGroupsPerThread * threads));
}

void Groups::make(const EngineOptions& options, std::span<const std::unique_ptr<Process>> members, const Spread& spread,
                  Time begin) {
  const std::size_t places = (members.size() + spread.ranks - 1 - spread.rank) / spread.ranks;
  contexts_.reserve(places);
  members_.reserve(places);
  context_of_.assign(members.size(), nullptr);
  box_of_.resize(members.size());
  for (std::uint32_t id = 0; id < members.size(); ++id) {
    box_of_[id] = static_cast<std::uint32_t>(spread.groups + id % spread.ranks);
  }
  std::vector<std::vector<std::uint32_t>> ids(spread.groups);  // by group, in order
  for (std::size_t nth = 0; nth < places; ++nth) {
    ids[group_of(nth, spread.groups)].push_back(static_cast<std::uint32_t>(nth) * spread.ranks + spread.rank);
  }
  for (std::size_t g = 0; g < spread.groups; ++g) {
    groups_.push_back(std::make_unique<Group>());
    Group& group = *groups_.back();
    for (auto& out : group.out) out.resize(spread.groups + spread.ranks);
    group.first = static_cast<std::uint32_t>(contexts_.size());
    group.last = static_cast<std::uint32_t>(contexts_.size() + ids[g].size());
    for (const std::uint32_t id : ids[g]) {
      box_of_[id] = static_cast<std::uint32_t>(g);
      contexts_.emplace_back(Context::Setup{{id},
                                            members[id]->name(),
                                            options.lookahead,
                                            begin,
                                            options.end,
                                            options.horizon_windows,
                                            static_cast<std::uint32_t>(members.size()),
                                            box_of_.data(),
                                            nullptr,
                                            &group.memory,
                                            nullptr});
      context_of_[id] = &contexts_.back();
      members_.push_back({members[id].get(), true, false});
    }
  }
}

void Groups::start(std::size_t parity) {
  for (std::size_t id = 0; id < context_of_.size(); ++id) {
    Context* const context = context_of_[id];
    if (context == nullptr) continue;
    Context::Engine::set_mail(*context, groups_[box_of_[id]]->out[parity].data());
    members_[static_cast<std::size_t>(context - contexts_.data())].process->start(*context);
  }
}

void Groups::ask_every_window() {
  for (Member& member : members_) member.every_window = member.process->every_window();
}

std::uint64_t Groups::events() const {
  std::uint64_t total = 0;
  for (const auto& group : groups_) total += group->events;
  return total;
}

void Groups::list_pending(std::uint32_t id, std::vector<Event>& events) const {
  Context::Engine::queue(*context_of_[id]).for_each([&](const Event& event) { events.push_back(event); });
}

void Groups::insert_pending(const Event& event) { Context::Engine::queue(*context_of_[event.target]).push(event); }

void Groups::deliver_one(const Event& message, const Body* body) {
  Context& target = *context_of_[message.target];
  Context::Engine::queue(target).push(Context::Engine::receive(target, message, body));
}

void Groups::deliver(std::size_t g, std::size_t parity) {
  for (const auto& source : groups_) {
    Mailbox& mailbox = source->out[parity][g];
    if (mailbox.messages.empty()) continue;
    for_each_message(mailbox.messages.data(), mailbox.messages.data() + mailbox.messages.size(), mailbox.bodies.data(),
                     mailbox.bodies.data() + mailbox.bodies.size(),
                     [this](const Event& message, const Body* body) { deliver_one(message, body); });
    mailbox.clear();
  }
}

void Groups::run(std::size_t g, const Window& window) {
  Group& group = *groups_[g];
  Mailbox* const mail = group.out[window.index & 1].data();
  std::uint64_t handled = 0;
  for (std::uint32_t place = group.first; place < group.last; ++place) {
    Context& context = contexts_[place];
    Member& member = members_[place];
    Context::Engine::set_mail(context, mail);
    Context::Engine::enter(context, window);
    if (!member.every_window && Context::Engine::queue(context).front_size() == 0) {
      Context::Engine::queue(context).begin_window();
      continue;
    }
    member.process->open(context);
    handled += finish_one(member, context);
  }
  group.events += handled;
}

void Groups::open(std::size_t g, const Window& window) {
  Group& group = *groups_[g];
  Mailbox* const mail = group.out[window.index & 1].data();
  for (std::uint32_t place = group.first; place < group.last; ++place) {
    Context& context = contexts_[place];
    Member& member = members_[place];
    Context::Engine::set_mail(context, mail);
    Context::Engine::enter(context, window);
    member.open = member.every_window || Context::Engine::queue(context).front_size() != 0;
    if (member.open) member.process->open(context);
  }
}

void Groups::finish(std::size_t g) {
  Group& group = *groups_[g];
  std::uint64_t handled = 0;
  for (std::uint32_t place = group.first; place < group.last; ++place) {
    Context& context = contexts_[place];
    Member& member = members_[place];
    if (!member.open) {
      if (Context::Engine::queue(context).front_size() == 0) {
        Context::Engine::queue(context).begin_window();
        continue;
      }
      member.process->open(context);
    }
    handled += finish_one(member, context);
  }
  group.events += handled;
}

std::uint64_t Groups::finish_one(Member& member, Context& context) {
  EventQueue& queue = Context::Engine::queue(context);
  queue.begin_window();
  std::uint64_t handled = 0;
  if (!queue.drained()) {
    Events events(context);
    member.process->handle(context, events);
    DWELL_DEMAND(queue.drained(),
                 Context::Engine::who(context) + " returned from handle before its events were all taken");
    handled = queue.taken();
  }
  Context::Engine::leave(context);
  member.process->close(context);
  return handled;
}

}  // namespace dwell::kernel
