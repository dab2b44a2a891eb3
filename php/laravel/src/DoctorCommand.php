<?php

/** php artisan clever:doctor */

declare(strict_types=1);

namespace CleverSso\Laravel;

use CleverSso\Exception as CleverSsoException;
use Illuminate\Console\Command;

/** Checks the settings, the routes, the network and Clever's keys. */
final class DoctorCommand extends Command
{
    protected $signature = 'clever:doctor';
    protected $description = 'Check the settings of Log in with Clever, and say what is wrong';

    public function handle(Clever $clever, Settings $settings): int
    {
        $found = $settings->problems();
        if ($found === []) {
            $found = array_values(array_filter([$clever->misfit()]));
            try {
                $clever->client()->warmUp();
            } catch (CleverSsoException $error) {
                $found[] = $error->getMessage();
            }
        }
        foreach ($found as $line) {
            $this->output->writeln($line, \Symfony\Component\Console\Output\OutputInterface::OUTPUT_RAW);
        }
        $this->line($found === [] ? 'Log in with Clever is set up: Clever answers, and its keys can be used.' : 'Something is wrong.');
        return $found === [] ? 0 : 1;
    }
}
