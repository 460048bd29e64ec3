#include "man_page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "host/commands/conventions.hpp"
#include "host/version.hpp"

namespace fleetcast::manual {

namespace {

/// Text that roff takes literally: escapes, hyphens that can be copied, no line taken for a request.
std::string literal(std::string const& text) {
  std::string out;
  for (char const c : text) {
    if ((c == '.' || c == '\'') && (out.empty() || out.back() == '\n')) out += "\\&";
    if (c == '\\')
      out += "\\e";
    else if (c == '-')
      out += "\\-";
    else if (c == '~' || c == '^' || c == '`')
      out += fmt::format("\\({}", c == '~' ? "ti" : c == '^' ? "ha" : "ga");
    else
      out += c;
  }
  return out;
}

std::string bold(std::string const& text) { return "\\fB" + literal(text) + "\\fR"; }
std::string italic(std::string const& text) { return "\\fI" + literal(text) + "\\fR"; }

/// "override a key" as "Override a key."; what begins with an option, a name or a digit stays.
std::string sentence(std::string text) {
  if (text.empty()) return text;
  if (text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  if (text.back() != '.') text += '.';
  return text;
}

bool mentions(std::string const& text, std::string const& word) { return text.find(word) != std::string::npos; }

/// What an argument means, and in parentheses what it may be and is by itself. What its help says already is not said again.
std::string meaning(Argument const& argument) {
  std::vector<std::string> more;
  bool const all_told = std::ranges::all_of(argument.choices, [&](auto const& choice) { return mentions(argument.help, choice); });
  if (!all_told) more.push_back(fmt::format("{}", fmt::join(argument.choices, ", ")));
  if (!argument.range.empty()) more.push_back(argument.range);
  if (!argument.default_value.empty() && !mentions(argument.help, "default")) more.push_back("default: " + argument.default_value);
  if (argument.repeatable && !mentions(argument.help, "repeatable") && !mentions(argument.help, "as often")) more.emplace_back("can be repeated");
  return literal(more.empty() ? argument.help : fmt::format("{} ({})", argument.help, fmt::join(more, "; ")));
}

std::string synopsis_of(Argument const& positional) {
  std::string const name = italic(positional.value) + (positional.repeatable ? " ..." : "");
  return positional.required ? name : "[" + name + "]";
}

/// A page that grows section by section.
class Page {
 public:
  Page(std::string const& name, std::string const& purpose) {
    std::string title = name;
    std::ranges::transform(title, title.begin(), [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
    text_ = fmt::format(".TH {} 1 \"\" \"fleetcast {}\" \"fleetcast manual\"\n", literal(title), version::number);
    section("NAME");
    line(fmt::format("{} \\- {}", literal(name), literal(purpose)));
  }

  void section(std::string const& title) { text_ += fmt::format(".SH {}\n", title); }
  void line(std::string const& roff) { text_ += roff + "\n"; }

  /// A term and what it means, indented below.
  void item(std::string const& term, std::string const& roff) { text_ += fmt::format(".TP\n{}\n{}\n", term, roff); }

  /// Lines as they are.
  void verbatim(std::string const& lines) { text_ += fmt::format(".PP\n.nf\n{}\n.fi\n", literal(lines)); }

  /// Paragraphs between empty lines; within them, indented lines stay as they are.
  void paragraphs(std::string const& notes) {
    std::istringstream stream(notes);
    bool filling = false;
    bool kept = false;
    for (std::string note; std::getline(stream, note);) {
      bool const keep = note.starts_with("  ");
      if (kept && !keep) line(".fi\n.RE");
      if (keep && !kept) line(".PP\n.RS\n.nf");
      if (!keep && !note.empty() && !filling) line(".PP");
      if (!note.empty()) line(literal(keep ? note.substr(2) : note));
      filling = !keep && !note.empty();
      kept = keep;
    }
    if (kept) line(".fi\n.RE");
  }

  void arguments(std::string const& title, std::vector<Argument> const& list) {
    if (list.empty()) return;
    section(title);
    for (auto const& argument : list) {
      std::string term;
      for (auto const& name : argument.names) term += (term.empty() ? "" : ", ") + bold(name);
      if (!argument.value.empty()) term += (term.empty() ? "" : " ") + italic(argument.value);
      item(term, meaning(argument));
    }
  }

  void examples(std::string const& lines) {
    if (lines.empty()) return;
    section("EXAMPLES");
    verbatim(lines);
  }

  void exit_codes() {
    section("EXIT STATUS");
    for (auto const& [code, brief, text] : exit_code_meanings) item(bold(std::to_string(static_cast<int>(code))), literal(text));
  }

  void environment() {
    section("ENVIRONMENT");
    for (auto const& [name, text] : environment_variables) item(bold(name), literal(text));
  }

  void see_also(std::vector<std::string> const& names) {
    section("SEE ALSO");
    line(".ad l\n.nh");
    std::vector<std::string> pages;
    for (auto const& name : names) pages.push_back(bold(name) + "(1)");
    line(fmt::format("{}", fmt::join(pages, ",\n")));
  }

  std::string const& text() const { return text_; }

 private:
  std::string text_;
};

std::string page_name(Command const& command) { return "fleetcast-" + command.name; }

/// The first line of a description that is one sentence over lines: "Monte Carlo forecasts for GPU fleets …".
std::string purpose_of(std::string const& description) { return description.substr(0, description.find_first_of(":\n")); }

}  // namespace

std::string program_page(Program const& program) {
  Page page("fleetcast", purpose_of(program.self.description));
  page.section("SYNOPSIS");
  page.line(fmt::format("{} {} [{}] ...", bold("fleetcast"), italic("COMMAND"), italic("OPTIONS")));
  page.line(".br");
  page.line(fmt::format("{} [{}]", bold("fleetcast"), italic("OPTIONS")));
  page.section("DESCRIPTION");
  page.paragraphs(program.self.description);
  page.paragraphs(program.self.notes);
  page.section("COMMANDS");
  for (auto const& command : program.commands) page.item(bold(page_name(command)) + "(1)", literal(sentence(command.description)));
  page.arguments("OPTIONS", program.self.options);
  page.exit_codes();
  page.environment();
  page.examples(program.self.examples);
  std::vector<std::string> names;
  for (auto const& command : program.commands) names.push_back(page_name(command));
  page.see_also(names);
  return page.text();
}

std::string command_page(Program const& program, Command const& command) {
  Page page(page_name(command), command.description);
  page.section("SYNOPSIS");
  std::string synopsis = fmt::format("{} [{}]", bold("fleetcast " + command.name), italic("OPTIONS"));
  for (auto const& positional : command.positionals) synopsis += " " + synopsis_of(positional);
  page.line(synopsis);
  page.section("DESCRIPTION");
  page.line(literal(sentence(command.description)));
  page.paragraphs(command.notes);
  page.arguments("ARGUMENTS", command.positionals);
  page.arguments("OPTIONS", command.options);
  page.exit_codes();
  page.environment();
  page.examples(command.examples);
  std::vector<std::string> names{"fleetcast"};
  for (auto const& other : program.commands)
    if (other.name != command.name) names.push_back(page_name(other));
  page.see_also(names);
  return page.text();
}

}  // namespace fleetcast::manual
