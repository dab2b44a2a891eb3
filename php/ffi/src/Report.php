<?php

declare(strict_types=1);

namespace CleverSso;

/** What the doctor found. It contains no secret. */
final class Report
{
    use NotSerializable;
    use Unchangeable;

    /** By their exit codes. */
    private const LEVELS = ['ok', 'warning', 'problem'];
    private const COLORS = ["\e[32m", "\e[33m", "\e[1;31m"];

    /** @var list<Finding> Everything that was checked, in the order of cause and effect. */
    public readonly array $findings;
    /** The problem to solve first; null when there is none. */
    public readonly ?Finding $firstProblem;
    /** The exit code for a program: 0 if everything is ok, 1 with warnings, 2 with problems. */
    public readonly int $exitCode;

    /**
     * For an application that adds findings of its own, or makes a report in a test.
     *
     * @param Finding[] $findings In the order of cause and effect. A level that is neither ok nor warning is a problem.
     *
     * @throws \TypeError When there is anything else in it.
     */
    public function __construct(array $findings)
    {
        foreach ($findings as $finding) {
            if (!$finding instanceof Finding) {
                $argument = self::class . '::__construct(): Argument #1 ($findings)';
                $found = get_debug_type($finding);
                throw Traces::safe(new \TypeError("{$argument} must hold only " . Finding::class . ", {$found} found"));
            }
        }
        $codes = array_map(self::code(...), $findings);
        $problem = array_search(2, $codes, true);
        $this->findings = array_values($findings);
        $this->firstProblem = $problem === false ? null : $findings[$problem];
        $this->exitCode = max([0, ...array_values($codes)]);
    }

    /**
     * Lines for people.
     *
     * @param bool $colors Whether the levels have the colors of terminals.
     */
    public function toText(bool $colors = false): string
    {
        $text = '';
        foreach ($this->findings as $finding) {
            $level = str_pad($finding->level, 8);
            $level = $colors ? self::COLORS[self::code($finding)] . "{$level}\e[0m" : $level;
            $text .= "{$level} {$finding->check}: {$finding->found}\n";
            $text .= $finding->advice === null ? '' : "         what to do: {$finding->advice}\n";
        }
        return $text;
    }

    /** One JSON object on one line, for machines: docs/doctor.md describes it. */
    public function toJson(): string
    {
        $report = ['level' => self::LEVELS[$this->exitCode], 'exit_code' => $this->exitCode, 'findings' => $this->findings];
        return (string) json_encode($report, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_INVALID_UTF8_SUBSTITUTE);
    }

    private static function code(Finding $finding): int
    {
        return ['ok' => 0, 'warning' => 1][$finding->level] ?? 2;
    }
}
