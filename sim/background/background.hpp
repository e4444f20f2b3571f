#pragma once
// Everything that is not an attack and looks like one, as processes of the kernel.
//
// All of them send protocol messages to the shards only, at least one lookahead ahead; all draws are keyed by (seed,
// entity, purpose, ordinal). Each process writes rows into the `out` it was given and nowhere else: give every process
// an `out` of its own (processes run on several threads) and empty it after each window. `out` may be null.

#include <cstdint>
#include <memory>
#include <vector>

#include "sim/background/params.hpp"
#include "sim/background/surroundings.hpp"
#include "sim/telemetry/batch.hpp"

namespace dwell::background {

/// A support desk: tickets are opened by orders, some time after them (ticket_rates.hpp), and wait in one queue for an
/// agent. Agents work in shifts of eight hours, five days a week; their number shrinks with the scale, the tickets of
/// one do not, and more of them are hired for days of more tickets. A ticket nobody takes up in time is withdrawn. Each
/// ticket is about one member: a service token for that member, issued at the first read, and a few reads of member
/// pages; each read is also an audit row.
std::unique_ptr<kernel::Process> make_support(const SupportParams& params, const Surroundings& around,
                                              telemetry::PlatformRows* out);

/// Exports at night and once in 30 days that walk the member ids upwards.
std::unique_ptr<kernel::Process> make_batch(const BatchParams& params, const Surroundings& around,
                                            telemetry::PlatformRows* out);

/// Exports for dated mailings: from 9 to 18 o'clock of their days, each of another member, in no order.
std::unique_ptr<kernel::Process> make_marketing(const MarketingParams& params, const Surroundings& around,
                                                telemetry::PlatformRows* out);

/// Partners who mint their tokens offline (no issuance record), over the day's rhythm.
std::unique_ptr<kernel::Process> make_partners(const PartnerParams& params, const Surroundings& around,
                                               telemetry::PlatformRows* out);

/// Forgotten jobs with service keys whose owner has left; none where the ring has no such key.
std::unique_ptr<kernel::Process> make_forgotten_jobs(const ForgottenParams& params, const Surroundings& around,
                                                     telemetry::PlatformRows* out);

/// Bots at hosting providers, steady and bursty: anonymous requests (no token, no key) for product pages naming ids of
/// nobody, and a few tries of member pages with issued tokens of accounts that are gone. `requests_per_day` are all the
/// gateway's, at the run's scale. Part `part` of `parts` carries the sources with number mod parts == part, so that the
/// work spreads over threads.
std::unique_ptr<kernel::Process> make_bots(const BotParams& params, const Surroundings& around, double requests_per_day,
                                           std::uint32_t part, std::uint32_t parts);

/// Crawls of the catalogue by many hosting addresses at once, anonymous like bots: begun at exponential intervals, of
/// exponential length. `requests_per_day` are all the gateway's, at the run's scale.
std::unique_ptr<kernel::Process> make_scrapers(const ScraperParams& params, const Surroundings& around,
                                               double requests_per_day);

/// Lists of leaked passwords tried in waves. `logins_per_day` is people's login attempts at the run's scale.
std::unique_ptr<kernel::Process> make_stuffing(const StuffingParams& params, const Surroundings& around,
                                               double logins_per_day);

/// The honey accounts: real ids of existing dormant accounts, in ascending order; max(1, round(number × scale)) of them
/// (none when the number is 0, fewer when the platform has fewer).
std::vector<MemberId> honey_accounts(const DeceptionParams& params, const Surroundings& around);

/// Announces the honey accounts on the deception topic in the first window.
std::unique_ptr<kernel::Process> make_deception(const DeceptionParams& params, const Surroundings& around,
                                                telemetry::PlatformRows* out);

/// The complaints desk: complaints that come in without any leak, more of them in surges, and what Reports say.
std::unique_ptr<kernel::Process> make_complaints(const ComplaintParams& params, const Surroundings& around,
                                                 telemetry::PlatformRows* out);

}  // namespace dwell::background
