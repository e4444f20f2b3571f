// How an engine is saved between windows and goes on elsewhere.

#include <algorithm>

#include "sim/core/check.hpp"
#include "sim/kernel/checkpoint.hpp"
#include "sim/kernel/context_engine.hpp"
#include "sim/kernel/engine_base.hpp"

namespace dwell::kernel {
namespace {

using Access = Context::Engine;

Error refused(std::string place, std::string found, std::string accepted) {
  return {"checkpoint", std::move(place), std::move(found), std::move(accepted)};
}

}  // namespace

/// Where the reading of a checkpoint stands.
struct EngineBase::Restoring {
  std::span<std::istream* const> streams;
  std::size_t stream = 0;
  std::optional<CheckpointReader> reader;
  std::optional<CheckpointHead> head;  // of the part being read
  CheckpointHead first;                // of the whole
  std::vector<bool> parts, processes;  // seen
  std::uint64_t events = 0;
  std::uint64_t stamp = 0;                   // of the processes read so far
  std::vector<std::uint64_t> stamps_of_all;  // as each part says

  /// Goes on to the next part, in the next stream where one ends; head is empty after the last.
  Status next_part() {
    for (head.reset(); stream < streams.size(); ++stream) {
      if (!reader) reader.emplace(*streams[stream]);
      auto next = reader->next_part();
      if (!next) return next.error();
      head = next.value();
      if (head) break;
      reader.reset();
    }
    return success();
  }
};

Status EngineBase::save(std::ostream& out) {
  DWELL_DEMAND(state_ != State::kFailed, "an engine that failed cannot be saved");
  return guarded([&] {
    if (state_ == State::kAdding) begin_run();
    settle();
    const CheckpointHead head{.part = rank_,
                              .parts = ranks_,
                              .lookahead_us = options_.lookahead.us,
                              .end_us = options_.end.us,
                              .processes = members_.size(),
                              .windows = window_.index + 1,
                              .events = events()};
    CheckpointWriter writer(out, head);
    for (std::uint32_t id = 0; id < members_.size(); ++id) {
      if (local({id})) writer.add(image_of(id));
    }
    return writer.finish(total(writer.stamp()));
  });
}

ProcessImage EngineBase::image_of(std::uint32_t id) {
  Context& c = context(id);
  ProcessImage image{id, std::string(members_[id]->name()), Access::sequence(c), {}, {}, {}};
  std::vector<Event> events;
  list_pending(id, events);
  std::sort(events.begin(), events.end());
  for (const Event& event : events) {
    const Body* const body = Access::body_of(c, event);
    image.pending.push_back({event.time.us, event.order, body == nullptr ? event.data : 0, body == nullptr ? 0U : 1U});
    if (body != nullptr) image.bodies.push_back(*body);
  }
  ByteWriter writer;
  members_[id]->save(writer);
  image.state.assign(writer.bytes().begin(), writer.bytes().end());
  return image;
}

Status EngineBase::restore(std::span<std::istream* const> parts) {
  DWELL_DEMAND(state_ == State::kAdding, "an engine is restored before its first step, and once");
  state_ = State::kFailed;
  return guarded([&]() -> Status {
    Restoring restoring;
    restoring.streams = parts;
    if (const Status read = agree(read_first_head(restoring)); !read) return read;
    const CheckpointHead& head = restoring.first;
    const Time begin{head.windows * options_.lookahead.us};
    window_ = {head.windows - 1, head.windows == 0 ? begin : begin - options_.lookahead, begin};
    prepare(begin);
    if (const Status read = agree(read_parts(restoring)); !read) return read;
    const std::uint64_t stamp = total(restoring.stamp);
    if (std::any_of(restoring.stamps_of_all.begin(), restoring.stamps_of_all.end(),
                    [&](std::uint64_t said) { return said != stamp; })) {
      return refused("", "parts that were saved by different runs", "the parts of one checkpoint");
    }
    ready();
    // On ranks the first keeps the count, so that the total is right.
    restored_events_ = rank_ == 0 ? restoring.events : 0;
    state_ = State::kStarted;
    return success();
  });
}

// What one rank cannot read, none goes on from.
Status EngineBase::agree(const Status& mine) {
  const std::uint64_t refusals = total(mine.ok() ? 0 : 1);
  if (refusals == 0 || !mine.ok()) return mine;
  return refused("", "a checkpoint that " + std::to_string(refusals) + " of the other ranks cannot read",
                 "one that all ranks can");
}

Status EngineBase::read_first_head(Restoring& restoring) const {
  if (Status read = restoring.next_part(); !read) return read;
  if (!restoring.head) return refused("", "nothing", "what an engine saved");
  restoring.first = *restoring.head;
  restoring.parts.resize(restoring.first.parts);
  restoring.processes.resize(members_.size());
  return check_head(restoring.first);
}

Status EngineBase::check_head(const CheckpointHead& head) const {
  const auto compare = [](const char* what, auto found, auto here) -> Status {
    if (found == here) return success();
    return refused("head", std::string(what) + " of " + std::to_string(found), std::to_string(here));
  };
  if (Status same = compare("a lookahead in microseconds", head.lookahead_us, options_.lookahead.us); !same)
    return same;
  if (Status same = compare("an end in microseconds", head.end_us, options_.end.us); !same) return same;
  return compare("a number of processes", head.processes, std::uint64_t{members_.size()});
}

Status EngineBase::read_parts(Restoring& restoring) {
  while (restoring.head) {
    CheckpointHead alike = *restoring.head;
    alike.part = restoring.first.part;
    alike.events = restoring.first.events;
    const std::uint32_t part = restoring.head->part;
    if (alike != restoring.first) {
      return refused("part " + std::to_string(part), "a part of another checkpoint", "the parts of one checkpoint");
    }
    if (restoring.parts[part]) {
      return refused("part " + std::to_string(part), "this part once more", "each part once");
    }
    restoring.parts[part] = true;
    restoring.events += restoring.head->events;
    const std::uint64_t stamp_before = restoring.reader->stamp();
    if (Status read = read_processes(restoring); !read) return read;
    restoring.stamp += restoring.reader->stamp() - stamp_before;
    restoring.stamps_of_all.push_back(restoring.reader->stamp_of_all());
    if (Status read = restoring.next_part(); !read) return read;
  }
  for (std::size_t part = 0; part < restoring.parts.size(); ++part) {
    if (restoring.parts[part]) continue;
    return refused("", "no part " + std::to_string(part) + " of " + std::to_string(restoring.parts.size()),
                   "all parts");
  }
  for (std::uint32_t id = 0; id < members_.size(); ++id) {
    if (local({id}) && !restoring.processes[id])
      return refused("", "no process " + std::to_string(id), "all processes");
  }
  return success();
}

Status EngineBase::read_processes(Restoring& restoring) {
  for (;;) {
    auto image = restoring.reader->next_process([this](std::uint32_t id) { return local({id}); });
    if (!image) return image.error();
    if (!image.value()) return success();
    const std::uint32_t id = image.value()->id;
    if (restoring.processes[id]) {
      return refused("process " + std::to_string(id), "this process once more", "each process once");
    }
    restoring.processes[id] = true;
    if (Status applied = apply(*image.value()); !applied) return applied;
  }
}

Status EngineBase::apply(const ProcessImage& image) {
  Process& process = *members_[image.id];
  const std::string place = "process " + std::to_string(image.id) + " '" + std::string(process.name()) + "'";
  if (image.name != process.name()) return refused(place, "a process named '" + image.name + "'", "one of this name");
  Context& c = context(image.id);
  Access::set_sequence(c, image.sequence);
  auto body = image.bodies.begin();
  for (const SavedEvent& saved : image.pending) {
    Event event{Time{saved.time_us}, saved.order, image.id, saved.data};
    if (saved.has_body != 0) event.data = Access::keep(c, *body++, saved.order);
    insert_pending(event);
  }
  ByteReader reader(image.state);
  if (Status restored = process.restore(reader); !restored) return restored;
  return reader.finish("checkpoint: " + place);
}

}  // namespace dwell::kernel
