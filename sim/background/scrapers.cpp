#include <algorithm>

#include "sim/background/background.hpp"
#include "sim/background/slotted.hpp"
#include "sim/core/samplers.hpp"

namespace dwell::background {
namespace {

constexpr std::uint32_t kNames = 16;  // ids of nobody an address's requests carry
constexpr Page kCatalogue[] = {Page::pdp, Page::search, Page::home};
constexpr double kCatalogueShares[] = {0.9, 0.09, 0.01};
constexpr std::int64_t kLengthsBefore = 8;  // of a crawl before the run, for crawls under way when it begins
constexpr std::uint32_t kMostCrawls = 1U << 12, kMostSources = 1U << 20;

struct Crawl {
  Time begin, end;
};

/// Crawls are drawn once for the whole run.
class Scrapers final : public SlottedProcess {
 public:
  Scrapers(const ScraperParams& params, const Surroundings& around, double requests_per_day)
      : SlottedProcess("scrapers"), around_(around) {
    if (!params.on || requests_per_day * params.share <= 0) return;
    // Constant while a crawl lasts, and chosen so that crawls make up the share on average.
    const double per_hour = requests_per_day * params.share / 24 *
                            (static_cast<double>(params.crawl_every.us) / static_cast<double>(params.crawl_length.us));
    sources_ = static_cast<std::uint32_t>(
        std::clamp(per_hour / params.requests_per_source_hour + 0.5, 1.0, static_cast<double>(kMostSources - 1)));
    per_source_slot_ = per_hour / sources_ / 6;
    const Time last = Time{} + Duration::days(around.days);
    Time at = Time{} - params.crawl_length * kLengthsBefore;
    for (std::uint32_t c = 0; at < last && c < kMostCrawls; ++c) {
      RandomStream random(around.seed, c, purpose("scrapers.crawl"));
      at = at +
           Duration{static_cast<std::int64_t>(sample_exponential(random, static_cast<double>(params.crawl_every.us)))};
      const double length = sample_exponential(random, static_cast<double>(params.crawl_length.us));
      crawls_.push_back({at, at + Duration{static_cast<std::int64_t>(length)}});
    }
  }

 private:
  void plan(kernel::Context& context, const Slot& slot) override {
    for (std::uint32_t c = 0; c < crawls_.size(); ++c) {
      const Time begin = std::max(crawls_[c].begin, slot.begin);
      const Duration span = std::min(crawls_[c].end, slot.end()) - begin;
      if (span.us <= 0) continue;
      for (std::uint32_t s = 0; s < sources_; ++s) crawl(context, c, s, begin, span, slot);
    }
  }

  void crawl(kernel::Context& context, std::uint32_t c, std::uint32_t s, Time begin, Duration span, const Slot& slot) {
    RandomStream own(around_.seed, c * kMostSources + s, purpose("scrapers.source"));
    const protocol::Network& network = around_.networks->pick(protocol::NetworkKind::hosting, own.next32());
    protocol::Run run;
    run.origin = kBackground;
    run.from = {around_.networks->any_address(network, own.next32()), network.id, network.country,
                own.uniform() < 0.5 ? Client::script : Client::desktop};
    for (std::size_t page = 0; page < 3; ++page) run.pages[page] = kCatalogue[page];
    run.below[0] = static_cast<std::uint16_t>(kCatalogueShares[0] * 65'536);
    run.below[1] = static_cast<std::uint16_t>((kCatalogueShares[0] + kCatalogueShares[1]) * 65'536);
    run.span = span;
    RandomStream random(around_.seed, c * kMostSources + s, purpose("scrapers.request"),
                        static_cast<std::uint32_t>(slot.index));
    const double mean = per_source_slot_ * static_cast<double>(span.us) / static_cast<double>(Slot::kLength.us);
    for (std::uint32_t name = 0; name < kNames; ++name) {
      run.requests = static_cast<std::uint32_t>(sample_poisson(random, mean / kNames));
      run.member = draw_stale(around_, own);
      if (run.requests == 0) continue;
      // Apart from the runs of bots, which may name the same id.
      run.number = std::uint64_t{1} << 62 | static_cast<std::uint64_t>(slot.index) << 36 | std::uint64_t{c} << 24 |
                   std::uint64_t{s} * kNames | name;
      context.send({run.member.value % around_.shards}, begin, static_cast<unsigned>(protocol::Priority::run),
                   kernel::pack(run));
    }
  }

  Surroundings around_;
  std::vector<Crawl> crawls_;
  std::uint32_t sources_ = 1;
  double per_source_slot_ = 0;
};

}  // namespace

std::unique_ptr<kernel::Process> make_scrapers(const ScraperParams& params, const Surroundings& around,
                                               double requests_per_day) {
  return std::make_unique<Scrapers>(params, around, requests_per_day);
}

}  // namespace dwell::background
