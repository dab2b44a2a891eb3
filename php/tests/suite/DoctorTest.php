<?php

declare(strict_types=1);

namespace CleverSso\Tests;

use CleverSso\Client;
use CleverSso\Finding;
use CleverSso\Report;
use CleverSso\Testing\Fake;
use CleverSso\Traces;

/** The doctor and its report. tests/cases/test_doctor.py tests many broken setups. */
final class DoctorTest extends EmulatorCase
{
    /** The report for an environment with only these variables of ours. */
    private static function examined(array $variables): Report
    {
        try {
            array_map(fn(string $name, string $value) => putenv("{$name}={$value}"), array_keys($variables), $variables);
            return Client::doctorFromEnv();
        } finally {
            array_map(fn(string $name) => putenv($name), array_keys($variables));
        }
    }

    private static function variables(string ...$more): array
    {
        $usual = ['CLEVER_CLIENT_ID' => self::ID, 'CLEVER_CLIENT_SECRET' => self::SECRET, 'CLEVER_BASE_URL' => self::url()];
        return $more + $usual + ['CLEVER_REDIRECT_URI' => self::CALLBACK];
    }

    public function testAGoodSetupHasNoProblem(): void
    {
        $alike = fn(Report $report) => array_map(fn(Finding $finding) => [$finding->check, $finding->level], $report->findings);
        $report = self::client()->doctor();
        self::assertSame([null, 0], [$report->firstProblem, $report->exitCode], $report->toText());
        self::assertSame(['settings', 'ok', 'every setting is valid', null], array_values(get_object_vars($report->findings[0])));
        self::assertSame($alike($report), $alike(self::examined(self::variables())));
        self::assertSame($alike($report), $alike(self::examined(self::variables(CLEVER_DISCOVER: 'on'))));
    }

    public function testTheReportNamesTheVersionsOfPhp(): void
    {
        $way = extension_loaded('clever_sso') ? 'extension clever_sso \d+\.\d+\.\d+' : 'FFI with \S*(libclever_sso\S*|ffi\.preload)';
        $told = '~^PHP ' . preg_quote(PHP_VERSION) . ' \(' . PHP_SAPI . "\), {$way}, opcache (on|off)$~D";
        foreach ([self::client()->doctor(), self::examined(self::variables()), self::examined(['CLEVER_CLIENT_ID' => ''])] as $report) {
            $last = $report->findings[count($report->findings) - 1];
            self::assertSame(['versions', 'ok', null], [$last->check, $last->level, $last->advice]);
            self::assertMatchesRegularExpression($told, $last->found);
        }
    }

    /** PHP 8.1 shows arguments in stack traces. The extension needs a later PHP. */
    public function testAPhpThatHidesNoArgumentsIsReported(): void
    {
        $told = [];
        $logger = function (string $line) use (&$told): void {
            $told[] = $line;
        };
        $areSafe = new \ReflectionProperty(Traces::class, 'areSafe');
        $areSafe->setValue(null, false);
        try {
            self::client(logger: $logger);
            $report = self::client(logger: $logger)->doctor();
            $last = $report->findings[count($report->findings) - 1];
        } finally {
            $areSafe->setValue(null, true);
        }
        self::assertSame('versions', $last->check);
        if (extension_loaded('clever_sso')) {
            self::assertSame([[], 'ok', null], [$told, $last->level, $last->advice]);
            return;
        }
        $danger = 'zend.exception_ignore_args is off, and PHP ' . PHP_VERSION . ' hides no arguments: stack traces of PHP errors can show'
            . ' codes and tokens';
        self::assertSame(["{$danger}; " . Traces::ADVICE], $told);
        self::assertSame(['warning', Traces::ADVICE, 1], [$last->level, $last->advice, $report->exitCode]);
        self::assertStringEndsWith("; {$danger}", $last->found);
    }

    public function testAWrongSecretIsTheFirstProblemAndNotShown(): void
    {
        $secret = str_repeat('wrong-secret-', 3);
        $report = (new Client(self::ID, $secret, self::CALLBACK, baseUrl: self::url()))->doctor();
        self::assertSame(['credentials', 'problem', 2], [
            $report->firstProblem->check, $report->firstProblem->level, $report->exitCode,
        ]);
        self::assertStringNotContainsString($secret, print_r($report, true) . $report->toText() . $report->toJson());
    }

    /** @dataProvider unusable */
    public function testSettingsThatMakeNoClientAreTheFirstProblem(array $changed, string $says): void
    {
        $report = self::examined(self::variables(...$changed));
        self::assertSame(['settings', 2], [$report->firstProblem?->check, $report->exitCode], $report->toText());
        self::assertStringContainsString($says, $report->firstProblem->found);
        self::assertNotNull($report->firstProblem->advice);
        self::assertStringNotContainsString(self::SECRET, $report->toText() . $report->toJson());
    }

    public static function unusable(): iterable
    {
        yield 'nothing' => [['CLEVER_CLIENT_ID' => ''], 'CLEVER_CLIENT_ID'];
        yield 'no number' => [['CLEVER_TIMEOUT' => 'ten'], 'CLEVER_TIMEOUT cannot be read as a number'];
        yield 'a rule' => [['CLEVER_REDIRECT_URI' => 'app.example/callback'], 'CLEVER_REDIRECT_URI must start'];
        yield 'no absolute path' => [['CLEVER_KEY_CACHE' => 'keys'], 'CLEVER_KEY_CACHE must be an absolute path'];
        yield 'no UTF-8' => [['CLEVER_REDIRECT_URI' => "https://a.example/\xff"], 'UTF-8'];
        yield 'discovery too' => [['CLEVER_DISCOVER' => 'on', 'CLEVER_CA_BUNDLE' => '/no/such/file'], '/no/such/file'];
    }

    public function testTheTextAndJsonOfAReportHaveAllFindings(): void
    {
        $warning = new Finding('clock', 'warning', '20 s ahead of "ü/"', 'set it');
        $report = new Report([7 => new Finding('settings', 'ok', 'fine', null), 9 => $warning]);
        self::assertSame([[0, 1], null, 1], [array_keys($report->findings), $report->firstProblem, $report->exitCode]);
        $text = "ok       settings: fine\nwarning  clock: 20 s ahead of \"ü/\"\n         what to do: set it\n";
        self::assertSame($text, $report->toText());
        $colored = "\e[32mok      \e[0m settings: fine\n\e[33mwarning \e[0m clock: 20 s ahead of \"ü/\"\n         what to do: set it\n";
        self::assertSame($colored, $report->toText(colors: true));
        $json = '{"level":"warning","exit_code":1,"findings":[{"check":"settings","level":"ok","found":"fine","advice":null},'
            . '{"check":"clock","level":"warning","found":"20 s ahead of \"ü/\"","advice":"set it"}]}';
        self::assertSame($json, $report->toJson());
        // Any other word counts as the worst level.
        $problems = [Fake::finding('a', 'dire'), Fake::finding('b', 'problem')];
        $report = new Report([$warning, ...$problems]);
        self::assertSame([$problems[0], 2], [$report->firstProblem, $report->exitCode]);
        self::assertStringContainsString("\e[1;31mdire    \e[0m a: ", $report->toText(true));
        self::assertSame([0, '', '{"level":"ok","exit_code":0,"findings":[]}'], [
            (new Report([]))->exitCode, (new Report([]))->toText(), (new Report([]))->toJson(),
        ]);
        $said = 'TypeError CleverSso\Report::__construct(): Argument #1 ($findings) must hold only CleverSso\Finding, string found';
        self::assertSame($said, self::thrown(fn() => new Report([$warning, 'clock'])));
        self::assertSame('Error Cannot modify readonly property CleverSso\Report::$findings', self::thrown(fn() => $report->__construct([])));
        self::assertSame(0, Fake::report()->exitCode);
    }

    public function testControlCharactersInFindingsAreReplaced(): void
    {
        $bad = "\e[2Ja\0b\x7f\u{9b}31m \u{202e}\u{2066}\xff\xe2\x82 ü\u{1f600}\r\n\t\u{85}\u{2028}.";
        $shown = "\u{fffd}[2Ja\u{fffd}b\u{fffd}\u{fffd}31m \u{fffd}\u{fffd}\u{fffd}\u{fffd} ü\u{1f600}     .";
        $finding = new Finding($bad, $bad, $bad, $bad);
        self::assertSame([$shown, $shown, $shown, $shown], [$finding->check, $finding->level, $finding->found, $finding->advice]);
        $report = new Report([$finding]);
        foreach ([$report->toText(), $report->toJson()] as $text) {
            self::assertSame(0, preg_match('/[^\P{Cc}\n]/u', $text), $text);
        }
        self::assertSame('', (new Finding('', '', '', ''))->advice);
        self::assertSame(
            'Error Cannot modify readonly property CleverSso\Finding::$check',
            self::thrown(fn() => $finding->__construct('a', 'b', 'c', null)),
        );
    }

    public function testAReportWithoutAConstructorCallThrows(): void
    {
        $made = fn(string $class): object => (new \ReflectionClass($class))->newInstanceWithoutConstructor();
        $report = $made(Report::class);
        $unset = fn(string $name): string => 'Error Typed property CleverSso\Report::$' . $name
            . ' must not be accessed before initialization';
        self::assertSame($unset('findings'), self::thrown(fn() => $report->toText()));
        self::assertSame($unset('exitCode'), self::thrown(fn() => $report->toJson()));
        self::assertSame($unset('firstProblem'), self::thrown(fn() => $report->firstProblem));
    }
}
