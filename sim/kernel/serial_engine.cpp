#include <algorithm>
#include <map>
#include <queue>
#include <set>

#include "sim/core/check.hpp"
#include "sim/kernel/context_engine.hpp"
#include "sim/kernel/engine_base.hpp"

namespace dwell::kernel {
namespace {

struct Later {
  bool operator()(const Event& a, const Event& b) const { return b < a; }
};

bool lower_target(const Event& a, const Event& b) { return a.target < b.target; }

class SerialEngine final : public EngineBase {
 public:
  explicit SerialEngine(const EngineOptions& options) : EngineBase(options) {}

 private:
  using Access = Context::Engine;

  void prepare(Time begin) override;
  void start() override;
  void run_window() override;
  [[nodiscard]] std::uint64_t handled() const override { return events_; }
  void settle() override;
  Context& context(std::uint32_t id) override { return contexts_[id]; }
  void list_pending(std::uint32_t id, std::vector<Event>& events) const override;
  void insert_pending(const Event& event) override { insert(event); }
  void handle_one(const Event& event);
  void absorb();
  void insert(const Event& event);

  QueueMemory unused_;
  std::vector<std::uint32_t> box_of_;
  Mailbox mail_;
  std::vector<Event> scheduled_;
  std::vector<Context> contexts_;
  std::priority_queue<Event, std::vector<Event>, Later> pending_;
  std::vector<Event> by_target_;                               // copied by settle
  std::map<std::int64_t, std::set<std::uint32_t>> receivers_;  // processes with events, by window
  std::uint64_t events_ = 0;
};

void SerialEngine::prepare(Time begin) {
  box_of_.assign(members_.size(), 0);
  contexts_.reserve(members_.size());
  for (std::uint32_t id = 0; id < members_.size(); ++id) {
    contexts_.emplace_back(Context::Setup{{id},
                                          members_[id]->name(),
                                          options_.lookahead,
                                          begin,
                                          options_.end,
                                          1,
                                          static_cast<std::uint32_t>(members_.size()),
                                          box_of_.data(),
                                          &mail_,
                                          &unused_,
                                          &scheduled_});
  }
}

void SerialEngine::start() {
  for (std::uint32_t id = 0; id < members_.size(); ++id) {
    members_[id]->start(contexts_[id]);
    absorb();
  }
}

void SerialEngine::run_window() {
  const std::set<std::uint32_t> receivers = receivers_[window_.index];
  std::vector<std::uint32_t> awake;
  for (std::uint32_t id = 0; id < members_.size(); ++id) {
    Access::enter(contexts_[id], window_);
    if (members_[id]->every_window() || receivers.contains(id)) awake.push_back(id);
  }
  for (const std::uint32_t id : awake) {
    members_[id]->open(contexts_[id]);
    absorb();
  }
  while (!pending_.empty() && pending_.top().time < window_.end) {
    const Event event = pending_.top();
    pending_.pop();
    handle_one(event);
  }
  for (const std::uint32_t id : awake) {
    Access::leave(contexts_[id]);
    members_[id]->close(contexts_[id]);
    absorb();
  }
  receivers_.erase(window_.index);
}

void SerialEngine::handle_one(const Event& event) {
  Context& context = contexts_[event.target];
  Access::offer(context, &event);
  Events events(context);
  members_[event.target]->handle(context, events);
  DWELL_DEMAND(!Access::offered(context),
               Access::who(context) + " returned from handle before its events were all taken");
  ++events_;
  absorb();
}

void SerialEngine::absorb() {
  for (const Event& event : scheduled_) insert(event);
  scheduled_.clear();
  for_each_message(mail_.messages.data(), mail_.messages.data() + mail_.messages.size(), mail_.bodies.data(),
                   mail_.bodies.data() + mail_.bodies.size(), [this](const Event& message, const Body* body) {
                     insert(Access::receive(contexts_[message.target], message, body));
                   });
  mail_.clear();
}

// Messages are delivered at once, so none is on its way.
void SerialEngine::settle() {
  by_target_.clear();
  for (auto rest = pending_; !rest.empty(); rest.pop()) by_target_.push_back(rest.top());
  std::stable_sort(by_target_.begin(), by_target_.end(), lower_target);
}

void SerialEngine::list_pending(std::uint32_t id, std::vector<Event>& events) const {
  const auto [first, last] = std::equal_range(by_target_.begin(), by_target_.end(), Event{{}, 0, id, 0}, lower_target);
  events.insert(events.end(), first, last);
}

void SerialEngine::insert(const Event& event) {
  pending_.push(event);
  receivers_[event.time.us / options_.lookahead.us].insert(event.target);
}

}  // namespace

std::unique_ptr<Engine> make_serial_engine(const EngineOptions& options) {
  return std::make_unique<SerialEngine>(options);
}

}  // namespace dwell::kernel
