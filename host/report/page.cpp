#include "page.hpp"

#include <array>
#include <string_view>
#include <utility>

#include "host/config/error.hpp"

// From page_files.S.in.
extern "C" {
extern char const fleetcast_page_template[], fleetcast_page_template_end[];
extern char const fleetcast_page_style[], fleetcast_page_style_end[];
extern char const fleetcast_page_script[], fleetcast_page_script_end[];
extern char const fleetcast_page_plotly[], fleetcast_page_plotly_end[];
}

namespace fleetcast {

namespace {

std::string_view embedded(char const* begin, char const* end) { return {begin, static_cast<std::size_t>(end - begin)}; }

std::string_view plotly() { return embedded(fleetcast_page_plotly, fleetcast_page_plotly_end); }

/// `text` with each of its characters that HTML reads otherwise replaced.
std::string html_text(std::string_view text) {
  std::string out;
  for (char const c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += c;
    }
  }
  return out;
}

/// JSON that may stand in a script element: a "<" occurs in its strings alone, where it can be written otherwise.
std::string script_json(nlohmann::ordered_json const& data) {
  std::string const text = data.dump();
  std::string out;
  out.reserve(text.size());
  for (char const c : text) {
    if (c == '<')
      out += "\\u003c";
    else
      out += c;
  }
  return out;
}

}  // namespace

void require_page_library() {
  if (plotly().empty())
    throw Error(ExitCode::no_device,
                "fleetcast report: this build has no plotly.js (it comes from PyPI, which was out of reach when it was built); "
                "build again with scripts/build where PyPI can be reached");
}

std::string report_page(std::string const& title, nlohmann::ordered_json const& data) {
  require_page_library();
  std::string const shown_title = html_text(title);
  std::string const json = script_json(data);
  std::array<std::pair<std::string_view, std::string_view>, 5> const parts{
      {{"{{title}}", shown_title},
       {"{{style}}", embedded(fleetcast_page_style, fleetcast_page_style_end)},
       {"{{data}}", json},
       {"{{plotly}}", plotly()},
       {"{{script}}", embedded(fleetcast_page_script, fleetcast_page_script_end)}}};
  std::string_view rest = embedded(fleetcast_page_template, fleetcast_page_template_end);
  std::string page;
  page.reserve(plotly().size() + json.size() + (1U << 17));
  // the parts stand in the template in this order, and what has been put in is not looked through again
  for (auto const& [mark, text] : parts) {
    std::size_t const at = rest.find(mark);
    page += rest.substr(0, at);
    page += text;
    rest.remove_prefix(at + mark.size());
  }
  page += rest;
  return page;
}

}  // namespace fleetcast
