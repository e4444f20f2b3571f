#include "detectors/sketches/midas_r.hpp"

#include "detectors/sketches/midas_detector.hpp"
#include "detectors/sketches/relational_midas.hpp"

namespace dwell::detect {

Descriptor describe_midas_r() {
  Descriptor d;
  d.name = "midas-r";
  d.summary = "sudden bursts of source-page and key-member edges";
  d.form = Form::sequential;
  d.parameters = {
      {"rows", 2, 1, 8, "rows of each Count-Min sketch", Numbers::whole},
      {"columns", 1024, 16, 1 << 22, "columns of each Count-Min sketch", Numbers::whole},
      {"alpha", .5, 0, .999, "factor on current counts at the end of a window"},
  };
  d.memory_bound_bytes = 8 << 20;
  d.time_bound_ns = 500;
  d.names_sources = true;
  d.paper = "Bhatia et al. 2020, MIDAS-R";
  d.check = "equals its equations to 1e-9";
  return d;
}

std::unique_ptr<Detector> make_midas_r(const Descriptor& descriptor, const Setting& setting) {
  return make_midas_detector<RelationalMidas>(descriptor, setting);
}

std::unique_ptr<EdgeDetector> make_midas_r_edges(const Descriptor& descriptor) {
  return make_midas_edges<RelationalMidas>(descriptor);
}

}  // namespace dwell::detect
