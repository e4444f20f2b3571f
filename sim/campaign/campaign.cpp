#include "sim/campaign/campaign.hpp"

#include <algorithm>
#include <set>

#include "sim/campaign/schedule.hpp"
#include "sim/campaign/sources.hpp"
#include "sim/campaign/sweep.hpp"
#include "sim/core/check.hpp"
#include "sim/core/math.hpp"
#include "sim/core/random.hpp"
#include "sim/core/samplers.hpp"
#include "sim/protocol/messages.hpp"

namespace dwell::campaign {
namespace {

constexpr auto kTimer = static_cast<unsigned>(protocol::Priority::calendar);
constexpr std::uint16_t kListLimit = 1000;  // the whole list, as the app asks for it
constexpr double kAndroid = 0.75;
constexpr double kIssueDelayUs = 200'000;
constexpr std::uint32_t kProbeTimer = UINT32_MAX;

struct Stage {
  Sweep sweep;
  Schedule schedule;
};

std::vector<Stage> make_stages(const Spec& spec, const Setting& setting, Time onset) {
  double lengths = 0;
  for (const Phase& phase : spec.phases) lengths += phase.length;
  DWELL_DEMAND(lengths > 0 && spec.length.us > 0, "a campaign must have a length");
  const Rhythm rhythm{setting.hour, setting.day_factor};
  std::vector<Stage> stages;
  double passed = 0;
  Time begin = onset;
  for (const Phase& phase : spec.phases) {
    passed += phase.length;
    const auto upto = static_cast<std::int64_t>(static_cast<double>(spec.length.us) * (passed / lengths) + 0.5);
    const Time end = onset + Duration{std::min(upto, spec.length.us)};
    if (end > begin) {
      Sweep sweep(phase, setting.ids, setting.scale, setting.seed, static_cast<std::uint32_t>(stages.size()),
                  setting.exists);
      const std::uint64_t total = sweep.total();
      stages.push_back(
          {std::move(sweep), Schedule(begin, end, total, phase.pace, phase.peak_to_mean, phase.least_to_mean, rhythm)});
    }
    begin = std::max(begin, end);
  }
  return stages;
}

/// The forged token in use.
struct Forgery {
  TokenId token;
  Time issued;
  Client client = Client::android;
  std::uint32_t number = 0;  // of this member's tokens in this stage
};

class Campaign final : public kernel::Process {
 public:
  Campaign(const Spec& spec, const Setting& setting)
      : spec_(spec),
        setting_(setting),
        pool_(spec.sources, setting.scale, *setting.networks, setting.seed,
              spec.phases.empty() ? Page::address : spec.phases[0].pages.at(0).page, spec.length) {}

  [[nodiscard]] std::string_view name() const override { return "campaign"; }
  [[nodiscard]] bool every_window() const override { return false; }

  void start(kernel::Context& context) override {
    if (!spec_.on) return;
    const Time earliest = Time{} + context.lookahead();
    onset_ = std::max(setting_.onset, earliest);
    stages_ = make_stages(spec_, setting_, onset_);
    schedule_probes(context, earliest);
    for (std::uint32_t s = 0; s < stages_.size(); ++s) {
      context.schedule(stages_[s].schedule.begin() - context.lookahead(), kTimer, s);
    }
  }

  void handle(kernel::Context& context, kernel::Events& events) override {
    while (const kernel::Event* const event = events.next()) {
      if (event->priority() == static_cast<unsigned>(protocol::Priority::answer)) {
        misuse(context, kernel::unpack<protocol::Answer>(context.take(event->data)));
      } else if (event->data == kProbeTimer) {
        probe(context);
      } else {
        plan(context, event->data);
      }
    }
  }
  void save(ByteWriter& writer) const override {
    writer.put(onset_.us);
    for (const Stage& stage : stages_) stage.sweep.save(writer);
    writer.put(forgery_.token.value);
    writer.put(forgery_.issued.us);
    writer.put(forgery_.client);
    writer.put(forgery_.number);
    writer.put(sent_);
    writer.put(forged_);
    writer.put(probed_);
    writer.put_vector(std::vector<std::uint32_t>(misused_.begin(), misused_.end()));
  }
  Status restore(ByteReader& reader) override {
    onset_ = Time{reader.get<std::int64_t>()};
    if (spec_.on) stages_ = make_stages(spec_, setting_, onset_);
    for (Stage& stage : stages_) stage.sweep.restore(reader);
    forgery_.token = {reader.get<std::uint64_t>()};
    forgery_.issued = Time{reader.get<std::int64_t>()};
    forgery_.client = reader.get<Client>();
    forgery_.number = reader.get<std::uint32_t>();
    sent_ = reader.get<std::uint64_t>();
    forged_ = reader.get<std::uint64_t>();
    probed_ = reader.get<std::uint32_t>();
    const auto misused = reader.get_vector<std::uint32_t>();
    misused_ = {misused.begin(), misused.end()};
    return success();
  }

 private:
  /// Test reads at moments drawn over the time before the first phase; one that would come before the run is left out.
  void schedule_probes(kernel::Context& context, Time earliest) {
    if (spec_.probes_before.us <= 0) return;
    for (std::uint32_t p = 0; p < spec_.probes; ++p) {
      const double before = to_open_uniform(random_block(setting_.seed, p, purpose("campaign.probe"), 0, 0).low());
      const Time at =
          onset_ - Duration{static_cast<std::int64_t>(before * static_cast<double>(spec_.probes_before.us))};
      if (at >= earliest) context.schedule(at - context.lookahead(), kTimer, kProbeTimer);
    }
  }

  void probe(kernel::Context& context) {
    const Time at = context.now() + context.lookahead();
    // The first ids there are: what somebody tries who wonders whether ids are sequential.
    const MemberId member{1 + probed_ % static_cast<std::uint32_t>(setting_.ids)};
    forge(member, at, UINT32_MAX, probed_);
    send(context, at, {member, spec_.phases.at(0).pages.at(0).page}, pool_.all()[0]);
    ++probed_;
  }

  void plan(kernel::Context& context, std::uint32_t s) {
    Stage& stage = stages_[s];
    const Time from = context.now() + context.lookahead();
    const Time to = std::min(slot_end(from), stage.schedule.end());
    const std::uint64_t n = stage.schedule.due(to) - stage.schedule.due(from);
    const auto span = static_cast<std::uint64_t>((to - from).us);
    for (std::uint64_t i = 0; i < n; ++i) {
      const std::optional<Step> step = stage.sweep.next();
      DWELL_DEMAND(step.has_value(), "a phase ran out of requests before its schedule");
      const RandomBlock bits = random_block(setting_.seed, s, purpose("campaign.moment"),
                                            static_cast<std::uint32_t>(sent_), static_cast<std::uint32_t>(sent_ >> 32));
      const std::uint64_t into = (span * i + to_below(bits.word[0], static_cast<std::uint32_t>(span))) / n;
      const Time at = from + Duration{static_cast<std::int64_t>(into)};
      if (step->fresh) {
        forge(step->member, at, s, 0);
      } else if (at - forgery_.issued > spec_.token_age_most) {
        forge(step->member, at, s, forgery_.number + 1);
      }
      send(context, at, *step, pool_.pick(step->page, forged_, at - onset_));
      ++sent_;
    }
    if (to < stage.schedule.end()) context.schedule(to - context.lookahead(), kTimer, s);
  }

  /// The token of a member: an opaque odd number like all tokens, with an age like that of a token in an ordinary
  /// session, which is issued a moment before its first page.
  void forge(MemberId member, Time at, std::uint32_t stage, std::uint32_t number) {
    const RandomBlock bits = random_block(setting_.seed, member.value, purpose("campaign.token"), stage, number);
    const double mean = static_cast<double>(spec_.token_age_mean.us);
    const double age = -det_log(to_open_uniform(bits.high())) * mean + kIssueDelayUs;
    const double most = static_cast<double>(spec_.token_age_most.us);
    // The low bits of the high half are not used by the age. A member's device stays when the token is renewed.
    const Client drawn = to_below(bits.word[2] << 21, 1000) < kAndroid * 1000 ? Client::android : Client::ios;
    const Client client = number == 0 || stage == UINT32_MAX ? drawn : forgery_.client;
    ++forged_;
    forgery_ = {{bits.low() | 1}, at - Duration{static_cast<std::int64_t>(std::min(age, most))}, client, number};
  }

  void send(kernel::Context& context, Time at, const Step& step, const protocol::Subscriber& from) {
    protocol::Request request;
    request.member = step.member;
    request.origin = setting_.origin;
    request.from = from;
    request.from.client = forgery_.client;
    request.page = step.page;
    request.issued = false;
    request.most_records = kListLimit;
    request.key = setting_.key;
    request.token = forgery_.token;
    request.token_issued = forgery_.issued;
    if (will_be_misused(step.member)) request.answer_to = context.self();
    context.send({step.member.value % setting_.shards}, at, static_cast<unsigned>(protocol::Priority::request),
                 kernel::pack(request));
  }

  [[nodiscard]] bool will_be_misused(MemberId member) const {
    if (setting_.complaints == protocol::kNoProcess) return false;
    const RandomBlock bits = random_block(setting_.seed, member.value, purpose("campaign.misuse"), 0, 0);
    return to_uniform(bits.low()) < spec_.misuse.probability;
  }

  /// A record has leaked: some time later its owner reports what was done with it.
  void misuse(kernel::Context& context, const protocol::Answer& answer) {
    if (answer.records == 0 || !misused_.insert(answer.member.value).second) return;
    RandomStream random(setting_.seed, answer.member.value, purpose("campaign.report"));
    const MisuseParams& how = spec_.misuse;
    // Nobody waits for longer than any run is, three hundred years.
    const double ln_median = det_log(static_cast<double>(how.delay_median.us));
    const double drawn = std::min(sample_lognormal(random, ln_median, how.delay_sigma), 1e16);
    const Duration delay = std::max(context.lookahead(), Duration{static_cast<std::int64_t>(drawn)});
    const bool threat = random.uniform() < how.threatening;
    const protocol::Report report{answer.member, setting_.origin,
                                  threat ? protocol::Misuse::threatening_mail : protocol::Misuse::phishing};
    context.send(setting_.complaints, context.now() + delay, static_cast<unsigned>(protocol::Priority::report),
                 kernel::pack(report));
  }

  Spec spec_;
  Setting setting_;
  SourcePool pool_;
  Time onset_;
  std::vector<Stage> stages_;
  Forgery forgery_;
  std::uint64_t sent_ = 0;
  std::uint64_t forged_ = 0;  // tokens; addresses take turns by them, so that a token comes from one place
  std::uint32_t probed_ = 0;
  std::set<std::uint32_t> misused_;  // accounts whose misuse is on its way, or was reported
};

}  // namespace

std::unique_ptr<kernel::Process> make_campaign(const Spec& spec, const Setting& setting) {
  return std::make_unique<Campaign>(spec, setting);
}

DayPlan plan_days(const Spec& spec, const Setting& setting) {
  DayPlan plan;
  if (!spec.on) return plan;
  for (const Stage& stage : make_stages(spec, setting, setting.onset)) {
    const Schedule& schedule = stage.schedule;
    plan.misses += stage.sweep.misses();
    const std::int64_t last = (schedule.end().us - 1) / Duration::days(1).us;
    plan.requests.resize(std::max(plan.requests.size(), static_cast<std::size_t>(last + 1)));
    plan.views.resize(plan.requests.size());
    const double answered = stage.sweep.total() == 0
                                ? 0
                                : static_cast<double>(stage.sweep.views()) / static_cast<double>(stage.sweep.total());
    for (std::int64_t day = schedule.begin().day(); day <= last; ++day) {
      const Time midnight = Time{} + Duration::days(day);
      const std::uint64_t n = schedule.due(midnight + Duration::days(1)) - schedule.due(midnight);
      plan.requests[static_cast<std::size_t>(day)] += n;
      plan.views[static_cast<std::size_t>(day)] += static_cast<std::uint64_t>(static_cast<double>(n) * answered + 0.5);
    }
  }
  return plan;
}

std::vector<std::array<double, kPages>> plan_hours(const Spec& spec, const Setting& setting) {
  std::vector<std::array<double, kPages>> plan;
  if (!spec.on) return plan;
  for (const Stage& stage : make_stages(spec, setting, setting.onset)) {
    const Schedule& schedule = stage.schedule;
    const std::array<double, kPages> share = stage.sweep.page_shares();
    const std::int64_t last = (schedule.end().us - 1) / Duration::hours(1).us;
    plan.resize(std::max(plan.size(), static_cast<std::size_t>(last + 1)));
    for (std::int64_t hour = schedule.begin().hour(); hour <= last; ++hour) {
      const Time full = Time{} + Duration::hours(hour);
      const auto due = static_cast<double>(schedule.due(full + Duration::hours(1)) - schedule.due(full));
      for (std::uint32_t page = 0; page < kPages; ++page)
        plan[static_cast<std::size_t>(hour)][page] += due * share[page];
    }
  }
  return plan;
}

}  // namespace dwell::campaign
