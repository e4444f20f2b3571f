#include "sim/kernel/groups.hpp"

#include <algorithm>

#include "sim/core/check.hpp"
#include "sim/kernel/context_engine.hpp"

namespace dwell::kernel {

std::size_t Groups::count_for(std::size_t processes, std::size_t threads) {
  return threads == 1 ? 1 : std::max<std::size_t>(1, std::min(processes, 4 * threads));
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
  for (std::size_t g = 0; g < spread.groups; ++g) {
    groups_.push_back(std::make_unique<Group>());
    Group& group = *groups_.back();
    group.first = static_cast<std::uint32_t>(places * g / spread.groups);
    group.last = static_cast<std::uint32_t>(places * (g + 1) / spread.groups);
    for (auto& out : group.out) out.resize(spread.groups + spread.ranks);
    for (std::uint32_t place = group.first; place < group.last; ++place) {
      const std::uint32_t id = place * spread.ranks + spread.rank;
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
  for (const auto& group : groups_) {
    for (std::uint32_t place = group->first; place < group->last; ++place) {
      Context::Engine::set_mail(contexts_[place], group->out[parity].data());
      members_[place].process->start(contexts_[place]);
    }
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
