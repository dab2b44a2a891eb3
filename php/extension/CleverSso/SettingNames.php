<?php

declare(strict_types=1);

namespace CleverSso;

/**
 * @internal The names of a framework's settings. Errors of the client name its arguments; these are the settings that set them.
 */
final class SettingNames
{
    private const SENTENCE = 'config_invalid: the configuration cannot be used: ';
    /** Arguments that are words of everyday sentences too. They are names only where a sentence begins with them. */
    private const WORDS = ['issuer', 'timeout', 'leeway', 'development', 'discover', 'proxy', 'logger'];

    /** @param array<string, string> $names The setting of each argument of Client. */
    public function __construct(private readonly array $names)
    {
    }

    /**
     * @param array<string, mixed> $arguments By their names.
     *
     * @throws ConfigException config_invalid; it names the setting.
     * @throws NetworkException|CleverException With `discover`.
     */
    public function client(#[\SensitiveParameter] array $arguments): Client
    {
        try {
            return new Client(...$arguments);
        } catch (ConfigException $error) {
            throw $error->getCodeWord() === Problem::CONFIG_INVALID ? $this->wrong($error->getMessage()) : $error;
        } catch (ArgumentException | \TypeError | \ValueError $error) {
            // Without the previous one: PHP 8.1 shows the arguments in its trace.
            throw $this->wrong($error->getMessage());
        }
    }

    /** The same findings, which name the settings. */
    public function report(Report $report): Report
    {
        return new Report(array_map(fn(Finding $finding): Finding => new Finding(
            $finding->check,
            $finding->level,
            $this->in($finding->found),
            $finding->advice === null ? null : $this->in($finding->advice),
        ), $report->findings));
    }

    /** A sentence of the client that names the settings instead of the arguments. */
    public function in(string $sentence): string
    {
        if (!isset($this->names['development'])) {
            $sentence = str_replace(', or with development: true', '', $sentence);
        }
        $names = implode('|', array_diff(array_keys($this->names), self::WORDS));
        $words = implode('|', self::WORDS);
        return (string) preg_replace_callback(
            // A text in quotation marks is a value.
            "/\"(?:[^\"\\\\]|\\\\.)*\"|\\b(?:{$names})\\b|(?:^|(?<=cannot be used: ))(?:{$words})\\b|\\bdevelopment(?=: true)/",
            fn(array $found): string => $this->names[$found[0]] ?? $found[0],
            $sentence,
        );
    }

    private function wrong(string $message): ConfigException
    {
        // From the library, or from PHP: CleverSso\Client::__construct(): Argument #7 ($timeout) must be of type float, …
        $detail = preg_replace('/^.*?(?:cannot be used: |Argument #\d+ \(\$(\w+)\))|, called in .*$/s', '$1', $message);
        return new ConfigException(
            $this->in(self::SENTENCE . $detail),
            codeWord: Problem::CONFIG_INVALID,
            userMessage: 'This app has a problem with Clever. Please tell someone at your school.',
            actor: 'app',
        );
    }
}
