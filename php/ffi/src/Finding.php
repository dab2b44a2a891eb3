<?php

declare(strict_types=1);

namespace CleverSso;

/** One check of the doctor: what was found, and what to do. */
final class Finding
{
    use NotSerializable;
    use Unchangeable;

    /** The name of the check, such as credentials: docs/doctor.md lists all of them. */
    public readonly string $check;
    /** How it went: ok, warning or problem. */
    public readonly string $level;
    /** What was found. */
    public readonly string $found;
    /** What to do about it, if anything. */
    public readonly ?string $advice;

    /** Line breaks in the texts become spaces, and other control characters U+FFFD: reports are printed on terminals. */
    public function __construct(string $check, string $level, string $found, ?string $advice)
    {
        $this->check = self::printable($check);
        $this->level = self::printable($level);
        $this->found = self::printable($found);
        $this->advice = $advice === null ? null : self::printable($advice);
    }

    /** Text that is safe to show, by the rules of the library. */
    private static function printable(string $text): string
    {
        // Without bytes that are no UTF-8: JSON has a character for these.
        $json = json_encode($text, JSON_INVALID_UTF8_SUBSTITUTE | JSON_UNESCAPED_UNICODE | JSON_PARTIAL_OUTPUT_ON_ERROR);
        $text = preg_replace('/[\t\n\r\x{85}\x{2028}\x{2029}]/u', ' ', (string) json_decode((string) $json));
        return (string) preg_replace('/[\x00-\x1f\x7f-\x{9f}\x{202a}-\x{202e}\x{2066}-\x{2069}]/u', "\u{fffd}", (string) $text);
    }
}
