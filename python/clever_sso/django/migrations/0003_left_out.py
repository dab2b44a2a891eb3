"""Records people who were left out by an import."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clever_sso", "0002_links"),
    ]

    operations = [
        migrations.AddField(
            model_name="removedaccount",
            name="left_out",
            field=models.BooleanField(default=False, verbose_name="left out by an import"),
        ),
    ]
